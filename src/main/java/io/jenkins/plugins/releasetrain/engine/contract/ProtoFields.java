package io.jenkins.plugins.releasetrain.engine.contract;

import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FeatureSet;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import io.jenkins.plugins.releasetrain.engine.contract.ProtoSet.Source;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.Map;
import java.util.Set;

/** Fields of one number. */
final class ProtoFields {
    private final ProtoSet older;
    private final ProtoSet newer;
    private final Findings findings;

    ProtoFields(ProtoSet older, ProtoSet newer, Findings findings) {
        this.older = older;
        this.newer = newer;
        this.findings = findings;
    }

    /** @param oldOneof empty: in none */
    void compare(Source<FieldDescriptorProto> old, String oldOneof, Source<FieldDescriptorProto> now, String oneof) {
        FieldDescriptorProto before = old.descriptor();
        FieldDescriptorProto after = now.descriptor();
        differ("FIELD_SAME_NAME", now, "name", before.getName(), after.getName());
        if (!before.hasExtendee()) {
            differ("FIELD_SAME_JSON_NAME", now, "JSON name", jsonName(before), jsonName(after));
        }
        differ("FIELD_SAME_ONEOF", now, "oneof", oldOneof, oneof);
        differ(
                "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
                now,
                "cardinality",
                cardinality(older, old),
                cardinality(newer, now));
        if (!older.isMap(before) || !newer.isMap(after)) {
            type(old, now);
        } else {
            mapEntry(old, now);
        }
        if (before.hasDefaultValue() || after.hasDefaultValue()) {
            differ("FIELD_SAME_DEFAULT", now, "default", before.getDefaultValue(), after.getDefaultValue());
        }
        utf8(old, now);
    }

    private void utf8(Source<FieldDescriptorProto> old, Source<FieldDescriptorProto> now) {
        FeatureSet.Utf8Validation before = old.features().getUtf8Validation();
        FeatureSet.Utf8Validation after = now.features().getUtf8Validation();
        if (old.descriptor().getType() == Type.TYPE_STRING
                && now.descriptor().getType() == Type.TYPE_STRING
                && before != after) {
            findings.add(
                    Severity.WARN,
                    "FIELD_SAME_UTF8_VALIDATION",
                    now,
                    "The UTF-8 validation was " + before + " and is " + after
                            + ": one version refuses what the other takes");
        }
    }

    private void mapEntry(Source<FieldDescriptorProto> old, Source<FieldDescriptorProto> now) {
        Map<Integer, FieldDescriptorProto> parts = entry(newer, now);
        entry(older, old).forEach((number, part) -> {
            if (parts.containsKey(number)) {
                type(
                        old.part(old.name(), part, FeatureSet.getDefaultInstance()),
                        now.part(now.name(), parts.get(number), FeatureSet.getDefaultInstance()));
            }
        });
    }

    private static Map<Integer, FieldDescriptorProto> entry(ProtoSet set, Source<FieldDescriptorProto> map) {
        Map<Integer, FieldDescriptorProto> parts = new java.util.TreeMap<>();
        set.messages
                .get(ProtoSet.bare(map.descriptor().getTypeName()))
                .descriptor()
                .getFieldList()
                .forEach(f -> parts.put(f.getNumber(), f));
        return parts;
    }

    private void type(Source<FieldDescriptorProto> old, Source<FieldDescriptorProto> now) {
        Type before = typeOf(old);
        Type after = typeOf(now);
        String oldName = ProtoSet.bare(old.descriptor().getTypeName());
        String name = ProtoSet.bare(now.descriptor().getTypeName());
        boolean compatible = group(before).equals(group(after))
                && (oldName.equals(name) || before == Type.TYPE_ENUM && isSameEnum(oldName, name));
        if (!compatible) {
            differ("FIELD_WIRE_JSON_COMPATIBLE_TYPE", now, "type", shown(before, oldName), shown(after, name));
        }
    }

    /** By buf's rule: of the same short name, and nothing is missing. */
    private boolean isSameEnum(String oldName, String name) {
        Source<EnumDescriptorProto> old = older.enums.get(oldName);
        Source<EnumDescriptorProto> now = newer.enums.get(name);
        if (old == null
                || now == null
                || !old.descriptor().getName().equals(now.descriptor().getName())) {
            return false;
        }
        Map<Integer, Set<String>> values = ProtoEnums.names(now.descriptor());
        return ProtoEnums.names(old.descriptor()).entrySet().stream()
                .allMatch(e -> values.getOrDefault(e.getKey(), Set.of()).containsAll(e.getValue()));
    }

    private static String shown(Type type, String name) {
        return type.name().substring("TYPE_".length()).toLowerCase(java.util.Locale.ROOT)
                + (name.isEmpty() ? "" : " " + name);
    }

    /** A message that is delimited is a group, whatever edition says it how. */
    private static Type typeOf(Source<FieldDescriptorProto> field) {
        Type type = field.descriptor().getType();
        boolean delimited = field.features().getMessageEncoding() == FeatureSet.MessageEncoding.DELIMITED;
        return type == Type.TYPE_MESSAGE && delimited ? Type.TYPE_GROUP : type;
    }

    /** Types whose values look alike in binary and in JSON. */
    private static String group(Type type) {
        return switch (type) {
            case TYPE_INT32, TYPE_UINT32 -> "32";
            case TYPE_INT64, TYPE_UINT64 -> "64";
            case TYPE_FIXED32, TYPE_SFIXED32 -> "fixed32";
            case TYPE_FIXED64, TYPE_SFIXED64 -> "fixed64";
            default -> type.name();
        };
    }

    static boolean isRequired(Source<FieldDescriptorProto> field) {
        return field.descriptor().getLabel() == Label.LABEL_REQUIRED
                || field.features().getFieldPresence() == FeatureSet.FieldPresence.LEGACY_REQUIRED
                        && field.descriptor().getLabel() != Label.LABEL_REPEATED;
    }

    private static String cardinality(ProtoSet set, Source<FieldDescriptorProto> field) {
        if (field.descriptor().getLabel() != Label.LABEL_REPEATED) {
            return isRequired(field) ? "required" : "singular";
        }
        return set.isMap(field.descriptor()) ? "map" : "repeated";
    }

    private static String jsonName(FieldDescriptorProto field) {
        if (field.hasJsonName()) {
            return field.getJsonName();
        }
        StringBuilder name = new StringBuilder();
        boolean upper = false;
        for (char c : field.getName().toCharArray()) {
            if (c != '_') {
                name.append(upper ? Character.toUpperCase(c) : c);
            }
            upper = c == '_';
        }
        return name.toString();
    }

    private void differ(String rule, Source<FieldDescriptorProto> now, String what, String before, String after) {
        if (!before.equals(after)) {
            findings.add(
                    Severity.ERROR,
                    rule,
                    now,
                    "The " + what + " of the field '"
                            + Texts.shown(now.descriptor().getName()) + "' was " + shown(before) + " and is "
                            + shown(after));
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "none" : "'" + Texts.shown(value) + "'";
    }
}
