package io.jenkins.plugins.releasetrain.engine.contract;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FeatureSet;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One version's descriptors: the union of all sets, by full name. Descriptors are not linked, so that a set without its
 * imports can be compared too.
 */
final class ProtoSet {
    private static final FeatureSet EDITIONS = FeatureSet.newBuilder()
            .setFieldPresence(FeatureSet.FieldPresence.EXPLICIT)
            .setEnumType(FeatureSet.EnumType.OPEN)
            .setUtf8Validation(FeatureSet.Utf8Validation.VERIFY)
            .setMessageEncoding(FeatureSet.MessageEncoding.LENGTH_PREFIXED)
            .setJsonFormat(FeatureSet.JsonFormat.ALLOW)
            .build();
    private static final FeatureSet PROTO3 = EDITIONS.toBuilder()
            .setFieldPresence(FeatureSet.FieldPresence.IMPLICIT)
            .build();
    private static final FeatureSet PROTO2 = EDITIONS.toBuilder()
            .setEnumType(FeatureSet.EnumType.CLOSED)
            .setUtf8Validation(FeatureSet.Utf8Validation.NONE)
            .setJsonFormat(FeatureSet.JsonFormat.LEGACY_BEST_EFFORT)
            .build();

    final Map<String, Source<FileDescriptorProto>> files = new LinkedHashMap<>();
    final Map<String, Source<DescriptorProto>> messages = new LinkedHashMap<>();
    final Map<String, Source<EnumDescriptorProto>> enums = new LinkedHashMap<>();
    final Map<String, Source<ServiceDescriptorProto>> services = new LinkedHashMap<>();
    /** By extended message and number. */
    final Map<String, Source<FieldDescriptorProto>> extensions = new LinkedHashMap<>();

    /**
     * @param name full name
     * @param set file of the contract
     * @param proto file that it was compiled from
     * @param features with what is inherited
     */
    record Source<T>(String name, T descriptor, String set, String proto, FeatureSet features) {
        <U> Source<U> part(String name, U descriptor, FeatureSet own) {
            FeatureSet merged = features.toBuilder().mergeFrom(own).build();
            return new Source<>(name, descriptor, set, proto, merged);
        }

        /** Such as {@code shop/cart.proto shop.v1.Cart.total}. */
        String location() {
            return proto + " " + name;
        }
    }

    private ProtoSet() {}

    static ProtoSet read(List<ContractFile> sets) {
        Bounds.check(sets);
        ProtoSet all = new ProtoSet();
        for (ContractFile set : sets) {
            for (FileDescriptorProto file : parse(set).getFileList()) {
                all.add(set.name(), file);
            }
        }
        return all;
    }

    private static FileDescriptorSet parse(ContractFile file) {
        FileDescriptorSet set;
        try {
            new ProtoScan(file.name()).check(file.content());
            set = FileDescriptorSet.parseFrom(file.content());
        } catch (InvalidProtocolBufferException e) {
            throw none(file, e.getMessage());
        } catch (IOException e) {
            throw none(file, "it cannot be read");
        }
        if (set.getFileCount() == 0 || set.getFileList().stream().anyMatch(f -> !f.hasName())) {
            throw none(file, "it has no files, or files without a name");
        }
        return set;
    }

    private static RuntimeException none(ContractFile file, String why) {
        return Texts.invalid(
                file.name(),
                0,
                "is no FileDescriptorSet, which 'buf build -o api.binpb' and 'protoc --descriptor_set_out' write: "
                        + why);
    }

    private void add(String set, FileDescriptorProto file) {
        FeatureSet base =
                switch (file.getSyntax()) {
                    case "proto3" -> PROTO3;
                    case "editions" -> EDITIONS;
                    default -> PROTO2;
                };
        Source<FileDescriptorProto> source = new Source<>(file.getPackage(), file, set, file.getName(), base)
                .part(file.getPackage(), file, file.getOptions().getFeatures());
        if (files.putIfAbsent(file.getName(), source) != null) {
            return;
        }
        String prefix = file.getPackage().isEmpty() ? "" : file.getPackage() + ".";
        file.getMessageTypeList().forEach(m -> add(source, prefix, m));
        file.getEnumTypeList().forEach(e -> add(source, prefix, e));
        file.getExtensionList().forEach(e -> addExtension(source, e));
        file.getServiceList()
                .forEach(s -> services.putIfAbsent(
                        prefix + s.getName(),
                        source.part(prefix + s.getName(), s, s.getOptions().getFeatures())));
    }

    private void add(Source<?> parent, String prefix, DescriptorProto message) {
        String name = prefix + message.getName();
        Source<DescriptorProto> source =
                parent.part(name, message, message.getOptions().getFeatures());
        messages.putIfAbsent(name, source);
        message.getNestedTypeList().forEach(m -> add(source, name + ".", m));
        message.getEnumTypeList().forEach(e -> add(source, name + ".", e));
        message.getExtensionList().forEach(e -> addExtension(source, e));
    }

    private void add(Source<?> parent, String prefix, EnumDescriptorProto type) {
        String name = prefix + type.getName();
        enums.putIfAbsent(name, parent.part(name, type, type.getOptions().getFeatures()));
    }

    private void addExtension(Source<?> parent, FieldDescriptorProto field) {
        String name = bare(field.getExtendee()) + " extension " + field.getNumber();
        extensions.putIfAbsent(name, parent.part(name, field, field.getOptions().getFeatures()));
    }

    /** Without the point that says that a name is a full one. */
    static String bare(String typeName) {
        return typeName.startsWith(".") ? typeName.substring(1) : typeName;
    }

    boolean isMap(FieldDescriptorProto field) {
        Source<DescriptorProto> entry = messages.get(bare(field.getTypeName()));
        return field.getType() == FieldDescriptorProto.Type.TYPE_MESSAGE
                && entry != null
                && entry.descriptor().getOptions().getMapEntry();
    }
}
