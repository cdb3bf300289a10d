package io.jenkins.plugins.releasetrain.engine.contract;

import java.util.List;

/**
 * AsyncAPI 2 and 3: channels, operations, messages, and the schemas of payloads and headers, these both ways, since who
 * sends and who receives is deployed by itself. There are no rules of others to follow for channels and messages; those
 * for schemas are oasdiff's.
 */
public final class AsyncApiChecker implements ContractChecker {
    @Override
    public ContractKind kind() {
        return ContractKind.ASYNCAPI;
    }

    @Override
    public List<Finding> check(List<ContractFile> before, List<ContractFile> after) {
        Documents documents = new Documents(before, after, AsyncApiChecker::isAsyncApi, "AsyncAPI 2 or 3 document");
        return documents.compare((old, now) -> {
            AsyncApiModel older = AsyncApiModel.read(old, documents::old);
            AsyncApiModel newer = AsyncApiModel.read(now, documents::now);
            new AsyncApiComparison(documents).compare(older, newer);
        });
    }

    private static boolean isAsyncApi(Json document) {
        String version = document.get("asyncapi").text();
        return version.startsWith("2.") || version.startsWith("3.");
    }
}
