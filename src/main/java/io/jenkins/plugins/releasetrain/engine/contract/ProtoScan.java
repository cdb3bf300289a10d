package io.jenkins.plugins.releasetrain.engine.contract;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Counts what a descriptor set will become in memory before it is read: an empty message takes two bytes of the file and a
 * hundred of the heap.
 */
final class ProtoScan {
    private final String file;
    private int messages;

    ProtoScan(String file) {
        this.file = file;
    }

    void check(byte[] content) throws IOException {
        CodedInputStream input = CodedInputStream.newInstance(content);
        input.setSizeLimit(Integer.MAX_VALUE);
        scan(input, FileDescriptorSet.getDescriptor(), 0);
    }

    private void scan(CodedInputStream input, Descriptor descriptor, int depth) throws IOException {
        if (depth > Bounds.DEPTH) {
            throw Texts.invalid(file, 0, "is nested deeper than " + Bounds.DEPTH + " levels");
        }
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            FieldDescriptor field = descriptor.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
            if (++messages > Bounds.NODES * 4) {
                throw Texts.invalid(file, 0, "has more than " + Bounds.NODES * 4 + " values");
            }
            if (field != null
                    && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                int limit = input.pushLimit(input.readRawVarint32());
                scan(input, field.getMessageType(), depth + 1);
                input.popLimit(limit);
            } else {
                input.skipField(tag);
            }
        }
    }
}
