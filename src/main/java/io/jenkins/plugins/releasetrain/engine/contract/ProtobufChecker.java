package io.jenkins.plugins.releasetrain.engine.contract;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import io.jenkins.plugins.releasetrain.engine.contract.ProtoSet.Source;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Descriptor sets by the rules that {@code buf breaking} documents for its category WIRE_JSON, with buf's rule ids: what is
 * on the wire, in binary or as JSON, is still understood. Generated code does not matter.
 *
 * <p>Beyond WIRE_JSON: a service or method that is gone is an ERROR, since whoever calls it breaks; a message, enum or
 * extension that is gone is a WARN, since it may be the root of what somebody stored or published.
 */
public final class ProtobufChecker implements ContractChecker {
    @Override
    public ContractKind kind() {
        return ContractKind.PROTOBUF;
    }

    @Override
    public List<Finding> check(List<ContractFile> before, List<ContractFile> after) {
        ProtoSet older = ProtoSet.read(before);
        ProtoSet newer = ProtoSet.read(after);
        Findings findings = new Findings();
        packages(older, newer, findings);
        services(older, newer, findings);
        messages(older, newer, findings);
        ProtoEnums enums = new ProtoEnums(findings);
        older.enums.forEach((name, old) -> {
            if (newer.enums.containsKey(name)) {
                enums.compare(old, newer.enums.get(name));
            } else if (!belongsToGone(name, older, newer)) {
                gone(findings, Severity.WARN, "ENUM_NO_DELETE", old, "The enum");
            }
        });
        return findings.sorted();
    }

    private static void packages(ProtoSet older, ProtoSet newer, Findings findings) {
        older.files.forEach((path, old) -> {
            Source<FileDescriptorProto> now = newer.files.get(path);
            if (now != null && !now.name().equals(old.name())) {
                findings.add(
                        Severity.ERROR,
                        "FILE_SAME_PACKAGE",
                        now.set(),
                        path,
                        0,
                        "The package of '" + Texts.shown(path) + "' was '" + Texts.shown(old.name()) + "' and is '"
                                + Texts.shown(now.name()) + "'");
            }
        });
    }

    private static void messages(ProtoSet older, ProtoSet newer, Findings findings) {
        ProtoMessages messages = new ProtoMessages(older, newer, findings);
        older.messages.forEach((name, old) -> {
            Source<DescriptorProto> now = newer.messages.get(name);
            if (old.descriptor().getOptions().getMapEntry()) {
                return;
            }
            if (now != null) {
                messages.compare(old, now);
            } else if (!belongsToGone(name, older, newer)) {
                gone(findings, Severity.WARN, "MESSAGE_NO_DELETE", old, "The message");
            }
        });
        ProtoFields fields = new ProtoFields(older, newer, findings);
        older.extensions.forEach((name, old) -> {
            if (newer.extensions.containsKey(name)) {
                fields.compare(old, "", newer.extensions.get(name), "");
            } else {
                gone(findings, Severity.WARN, "EXTENSION_NO_DELETE", old, "The extension");
            }
        });
    }

    /** What was in a message that is gone as a whole is not told again; nor what comes with protobuf itself. */
    private static boolean belongsToGone(String name, ProtoSet older, ProtoSet newer) {
        String outer = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : "";
        return name.startsWith("google.protobuf.")
                || older.messages.containsKey(outer) && !newer.messages.containsKey(outer);
    }

    private static void gone(Findings findings, Severity severity, String rule, Source<?> old, String what) {
        findings.add(severity, rule, old, what + " '" + Texts.shown(old.name()) + "' was removed");
    }

    private static void services(ProtoSet older, ProtoSet newer, Findings findings) {
        older.services.forEach((name, old) -> {
            Source<ServiceDescriptorProto> now = newer.services.get(name);
            if (now == null) {
                gone(findings, Severity.ERROR, "SERVICE_NO_DELETE", old, "The service");
                return;
            }
            Map<String, MethodDescriptorProto> methods = now.descriptor().getMethodList().stream()
                    .collect(Collectors.toMap(MethodDescriptorProto::getName, m -> m, (a, b) -> a));
            for (MethodDescriptorProto method : old.descriptor().getMethodList()) {
                Source<MethodDescriptorProto> before = old.part(
                        name + "." + method.getName(),
                        method,
                        method.getOptions().getFeatures());
                MethodDescriptorProto after = methods.get(method.getName());
                if (after == null) {
                    gone(findings, Severity.ERROR, "RPC_NO_DELETE", before, "The method");
                } else {
                    method(
                            before,
                            now.part(before.name(), after, after.getOptions().getFeatures()),
                            findings);
                }
            }
        });
    }

    private static void method(
            Source<MethodDescriptorProto> old, Source<MethodDescriptorProto> now, Findings findings) {
        same("RPC_SAME_REQUEST_TYPE", "request type", m -> ProtoSet.bare(m.getInputType()), old, now, findings);
        same("RPC_SAME_RESPONSE_TYPE", "response type", m -> ProtoSet.bare(m.getOutputType()), old, now, findings);
        same("RPC_SAME_CLIENT_STREAMING", "client streaming", m -> m.getClientStreaming(), old, now, findings);
        same("RPC_SAME_SERVER_STREAMING", "server streaming", m -> m.getServerStreaming(), old, now, findings);
        same(
                "RPC_SAME_IDEMPOTENCY_LEVEL",
                "idempotency level",
                m -> m.getOptions().getIdempotencyLevel(),
                old,
                now,
                findings);
    }

    private static void same(
            String rule,
            String what,
            Function<MethodDescriptorProto, Object> value,
            Source<MethodDescriptorProto> old,
            Source<MethodDescriptorProto> now,
            Findings findings) {
        Object before = value.apply(old.descriptor());
        Object after = value.apply(now.descriptor());
        if (!before.equals(after)) {
            findings.add(
                    Severity.ERROR,
                    rule,
                    now,
                    "The " + what + " of the method '" + Texts.shown(now.name()) + "' was "
                            + Texts.shown(before.toString()) + " and is " + Texts.shown(after.toString()));
        }
    }
}
