package io.jenkins.plugins.releasetrain.engine.contract;

import java.util.List;
import org.apache.avro.Schema;

/**
 * Where something is in a schema, out of the pointer that Avro gives ({@code /fields/1/type/0}).
 *
 * @param shown such as {@code shop.Order.lines[].price}
 * @param definition the named schema, or the top, that it is in
 * @param field of that definition; empty: the definition itself
 */
record AvroPath(String shown, Schema definition, String field) {
    static AvroPath of(Schema top, String pointer) {
        List<String> steps = List.of(pointer.split("/"));
        AvroPath path = new AvroPath(name(top), top, "");
        Schema schema = top;
        for (int i = 1; i < steps.size() && schema != null; i++) {
            String step = steps.get(i);
            if (schema.getType() == Schema.Type.RECORD && step.equals("fields") && i + 1 < steps.size()) {
                Schema.Field field = schema.getFields().get(Integer.parseInt(steps.get(++i)));
                path = new AvroPath(path.shown + "." + field.name(), schema, field.name());
                schema = field.schema();
            } else if (schema.getType() == Schema.Type.ARRAY && step.equals("items")) {
                path = new AvroPath(path.shown + "[]", path.definition, path.field);
                schema = schema.getElementType();
            } else if (schema.getType() == Schema.Type.MAP && step.equals("values")) {
                path = new AvroPath(path.shown + "{}", path.definition, path.field);
                schema = schema.getValueType();
            } else if (schema.getType() == Schema.Type.UNION && step.matches("\\d{1,9}")) {
                int branch = Integer.parseInt(step);
                if (branch >= schema.getTypes().size()) {
                    // Of the other version's union.
                    return path;
                }
                schema = schema.getTypes().get(branch);
                path = new AvroPath(path.shown + "|" + schema.getName(), path.definition, path.field);
            }
            if (isEnumOrFixed(schema) && i == steps.size() - 1) {
                path = new AvroPath(path.shown, schema, "");
            }
        }
        return path;
    }

    private static boolean isEnumOrFixed(Schema schema) {
        return schema.getType() == Schema.Type.ENUM || schema.getType() == Schema.Type.FIXED;
    }

    private static String name(Schema schema) {
        return AvroSchemas.isNamed(schema)
                ? schema.getFullName()
                : schema.getType().getName();
    }
}
