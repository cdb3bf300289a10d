package io.jenkins.plugins.releasetrain.engine.contract;

import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FeatureSet;
import io.jenkins.plugins.releasetrain.engine.contract.ProtoSet.Source;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Enums of one name. */
final class ProtoEnums {
    private final Findings findings;

    ProtoEnums(Findings findings) {
        this.findings = findings;
    }

    void compare(Source<EnumDescriptorProto> old, Source<EnumDescriptorProto> now) {
        Map<Integer, Set<String>> values = names(now.descriptor());
        ProtoReserved reserved = reserved(now.descriptor());
        names(old.descriptor()).forEach((number, names) -> {
            Set<String> kept = values.get(number);
            if (kept == null) {
                deleted(old, number, names, reserved);
            } else if (!kept.containsAll(names)) {
                findings.add(
                        Severity.ERROR,
                        "ENUM_VALUE_SAME_NAME",
                        now,
                        "The value " + number + " was " + Texts.shown(names.toString()) + " and is "
                                + Texts.shown(kept.toString()));
            }
        });
        reserved(old.descriptor())
                .missingIn(reserved)
                .forEach(missing -> findings.add(
                        Severity.ERROR,
                        "RESERVED_ENUM_NO_DELETE",
                        now,
                        "The reserved " + missing + " is not reserved any more"));
        if (ProtoMessages.lostJson(old.features(), now.features())) {
            findings.add(Severity.ERROR, "ENUM_SAME_JSON_FORMAT", now, "Its JSON format is not guaranteed any more");
        }
        FeatureSet.EnumType before = old.features().getEnumType();
        if (before != now.features().getEnumType()) {
            findings.add(
                    Severity.WARN,
                    "ENUM_SAME_TYPE",
                    now,
                    "It was " + before + " and is " + now.features().getEnumType()
                            + ": unknown values are kept in another place");
        }
    }

    private void deleted(Source<EnumDescriptorProto> old, int number, Set<String> names, ProtoReserved reserved) {
        String what = "The value " + number + " " + Texts.shown(names.toString()) + " was removed, and its ";
        if (!reserved.covers(number)) {
            findings.add(
                    Severity.ERROR,
                    "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
                    old,
                    what + "number is not reserved");
        }
        if (!reserved.names().containsAll(names)) {
            findings.add(
                    Severity.ERROR, "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", old, what + "name is not reserved");
        }
    }

    /** Several names of one number are aliases. */
    static Map<Integer, Set<String>> names(EnumDescriptorProto type) {
        return type.getValueList().stream()
                .collect(Collectors.groupingBy(
                        EnumValueDescriptorProto::getNumber,
                        TreeMap::new,
                        Collectors.mapping(EnumValueDescriptorProto::getName, Collectors.toCollection(TreeSet::new))));
    }

    private static ProtoReserved reserved(EnumDescriptorProto type) {
        ProtoReserved reserved = new ProtoReserved(type.getReservedNameList());
        type.getReservedRangeList().forEach(r -> reserved.add(r.getStart(), r.getEnd()));
        return reserved;
    }
}
