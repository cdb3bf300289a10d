package io.jenkins.plugins.releasetrain.engine.contract;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FeatureSet;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import io.jenkins.plugins.releasetrain.engine.contract.ProtoSet.Source;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Messages of one name. */
final class ProtoMessages {
    private final Findings findings;
    private final ProtoFields fields;

    ProtoMessages(ProtoSet older, ProtoSet newer, Findings findings) {
        this.findings = findings;
        this.fields = new ProtoFields(older, newer, findings);
    }

    void compare(Source<DescriptorProto> old, Source<DescriptorProto> now) {
        Map<Integer, Source<FieldDescriptorProto>> before = fields(old);
        Map<Integer, Source<FieldDescriptorProto>> after = fields(now);
        ProtoReserved reserved = reserved(now.descriptor());
        before.forEach((number, field) -> {
            Source<FieldDescriptorProto> kept = after.get(number);
            if (kept == null) {
                deleted(field, reserved);
            } else {
                fields.compare(
                        field,
                        oneof(old.descriptor(), field.descriptor()),
                        kept,
                        oneof(now.descriptor(), kept.descriptor()));
            }
        });
        required(now, before, after);
        reserved(old.descriptor())
                .missingIn(reserved)
                .forEach(missing -> add(
                        "RESERVED_MESSAGE_NO_DELETE", now, "The reserved " + missing + " is not reserved any more"));
        if (lostJson(old.features(), now.features())) {
            add("MESSAGE_SAME_JSON_FORMAT", now, "Its JSON format is not guaranteed any more");
        }
        boolean set = old.descriptor().getOptions().getMessageSetWireFormat();
        if (set != now.descriptor().getOptions().getMessageSetWireFormat()) {
            add("MESSAGE_SAME_MESSAGE_SET_WIRE_FORMAT", now, "message_set_wire_format was " + set + " and is " + !set);
        }
    }

    static boolean lostJson(FeatureSet old, FeatureSet now) {
        return old.getJsonFormat() == FeatureSet.JsonFormat.ALLOW && now.getJsonFormat() != FeatureSet.JsonFormat.ALLOW;
    }

    private void required(
            Source<DescriptorProto> now,
            Map<Integer, Source<FieldDescriptorProto>> before,
            Map<Integer, Source<FieldDescriptorProto>> after) {
        Set<Integer> differ = new TreeSet<>(required(before));
        Set<Integer> newer = required(after);
        differ.removeAll(newer);
        newer.removeAll(required(before));
        differ.addAll(newer);
        if (!differ.isEmpty()) {
            add(
                    "MESSAGE_SAME_REQUIRED_FIELDS",
                    now,
                    "The fields " + Texts.shown(differ.toString())
                            + " are required in one version and not in the other, which refuses messages without them");
        }
    }

    private static Set<Integer> required(Map<Integer, Source<FieldDescriptorProto>> fields) {
        return fields.entrySet().stream()
                .filter(e -> ProtoFields.isRequired(e.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void deleted(Source<FieldDescriptorProto> field, ProtoReserved reserved) {
        String what = "The field '" + Texts.shown(field.descriptor().getName()) + "' was removed, and its ";
        int number = field.descriptor().getNumber();
        if (!reserved.covers(number)) {
            add("FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", field, what + "number " + number + " is not reserved");
        }
        if (!reserved.names().contains(field.descriptor().getName())) {
            add("FIELD_NO_DELETE_UNLESS_NAME_RESERVED", field, what + "name is not reserved");
        }
    }

    private void add(String rule, Source<?> at, String message) {
        findings.add(Severity.ERROR, rule, at, message);
    }

    private static Map<Integer, Source<FieldDescriptorProto>> fields(Source<DescriptorProto> message) {
        Map<Integer, Source<FieldDescriptorProto>> fields = new TreeMap<>();
        for (FieldDescriptorProto field : message.descriptor().getFieldList()) {
            fields.putIfAbsent(
                    field.getNumber(),
                    message.part(
                            message.name() + "." + field.getName(),
                            field,
                            field.getOptions().getFeatures()));
        }
        return fields;
    }

    /** Empty: in none; the one that proto3's {@code optional} makes is none. */
    private static String oneof(DescriptorProto message, FieldDescriptorProto field) {
        return field.hasOneofIndex()
                        && !field.getProto3Optional()
                        && field.getOneofIndex() < message.getOneofDeclCount()
                        && field.getOneofIndex() >= 0
                ? message.getOneofDecl(field.getOneofIndex()).getName()
                : "";
    }

    private static ProtoReserved reserved(DescriptorProto message) {
        ProtoReserved reserved = new ProtoReserved(message.getReservedNameList());
        message.getReservedRangeList().forEach(r -> reserved.add(r.getStart(), r.getEnd() - 1L));
        return reserved;
    }
}
