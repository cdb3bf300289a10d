package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProtobufCheckerTest {
    private final ProtobufChecker checker = new ProtobufChecker();

    private static ContractFile set(String name, byte[] content) {
        return new ContractFile(ContractKind.PROTOBUF, name, content);
    }

    private void assertRefused(byte[] content) {
        List<ContractFile> bad = List.of(set("bad.binpb", content));
        assertThatThrownBy(() -> checker.check(bad, bad))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID_INPUT))
                .hasMessageContaining("bad.binpb");
    }

    @Test
    void removedFieldIsToldWithItsPlace() {
        Pairs.Pair pair = Pairs.of(ContractKind.PROTOBUF, "field-removed-number-reserved");
        assertThat(checker.check(pair.before(), pair.after()))
                .containsExactly(new Finding(
                        Severity.ERROR,
                        "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
                        "contract.txtpb",
                        "shop/cart.proto shop.v1.Cart.total",
                        0,
                        "The field 'total' was removed, and its name is not reserved"));
    }

    @Test
    void whatMovesToAnotherSetIsNotGone() {
        byte[] cart = file("cart.proto", "Cart");
        byte[] item = file("item.proto", "Item");
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(cart);
        both.writeBytes(item);
        assertThat(checker.check(
                        List.of(set("all.binpb", both.toByteArray())),
                        List.of(set("cart.binpb", cart), set("item.binpb", item))))
                .isEmpty();
    }

    private static byte[] file(String name, String message) {
        return FileDescriptorSet.newBuilder()
                .addFile(FileDescriptorProto.newBuilder()
                        .setName(name)
                        .addMessageType(DescriptorProto.newBuilder().setName(message)))
                .build()
                .toByteArray();
    }

    @Test
    void whatIsNoDescriptorSetIsRefusedByName() {
        assertRefused(new byte[0]);
        assertRefused("syntax = \"proto3\";".getBytes(StandardCharsets.UTF_8));
        assertRefused("{\"openapi\": \"3.0.0\"}".getBytes(StandardCharsets.UTF_8));
        assertRefused(new byte[] {10, -1, -1, -1, -1, 7});
        assertRefused(FileDescriptorSet.newBuilder()
                .addFile(FileDescriptorProto.getDefaultInstance())
                .build()
                .toByteArray());
    }

    @Test
    void deepMessagesAreRefused() {
        DescriptorProto message = DescriptorProto.newBuilder().setName("M").build();
        for (int i = 0; i < 150; i++) {
            message = DescriptorProto.newBuilder()
                    .setName("M")
                    .addNestedType(message)
                    .build();
        }
        assertRefused(FileDescriptorSet.newBuilder()
                .addFile(FileDescriptorProto.newBuilder().setName("a.proto").addMessageType(message))
                .build()
                .toByteArray());
    }

    /** Two bytes each in the file, much more on the heap. */
    @Test
    void millionsOfEmptyMessagesAreRefused() {
        int count = 7_000_000;
        byte[] messages = new byte[2 * count];
        for (int i = 0; i < count; i++) {
            messages[2 * i] = 34;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(10);
        for (int left = messages.length; ; left >>>= 7) {
            if (left < 128) {
                out.write(left);
                break;
            }
            out.write(left & 127 | 128);
        }
        out.writeBytes(messages);
        assertRefused(out.toByteArray());
    }
}
