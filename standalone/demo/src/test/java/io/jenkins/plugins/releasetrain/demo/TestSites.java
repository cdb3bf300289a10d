package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.history.Placing;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.operation.Operation;
import io.jenkins.plugins.releasetrain.engine.operation.Operations;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.util.function.Predicate;

/** Sites over a store whose trains are in its history alone. */
final class TestSites {
    private TestSites() {}

    static PagesServer.Site of(Store store, Predicate<Operation.Right> may) {
        return of(store, may, new Live(Clock.systemUTC()));
    }

    /** @param live what goes on */
    static PagesServer.Site of(Store store, Predicate<Operation.Right> may, Live live) {
        return of(store, may, live, Placing.NONE);
    }

    /** @param places where images are */
    static PagesServer.Site of(Store store, Predicate<Operation.Right> may, Live live, Placing places) {
        return of(store, may, live, places, HistoryApi.Site.USUAL.outlooks());
    }

    /** @param outlooks what those who wait may expect */
    static PagesServer.Site of(
            Store store, Predicate<Operation.Right> may, Live live, Placing places, Outlook.Source outlooks) {
        Clock clock = Clock.systemUTC();
        Operations operations = new Operations(
                name -> {
                    throw new EngineException(FailureKind.NOT_FOUND, "There is no train '" + name + "'");
                },
                store,
                new Blocks(store, clock, event -> {}),
                new Contracts(store, clock, event -> {}),
                clock);
        return new PagesServer.Site(
                new HistoryApi(
                        store,
                        clock,
                        live,
                        Runnable::run,
                        new HistoryApi.Site(
                                HistoryApi.Site.USUAL.moves(), HistoryApi.Site.USUAL.links(), outlooks, () -> places)),
                new OperationsApi(operations),
                new OperationsApi.Caller("ada", may),
                clock);
    }
}
