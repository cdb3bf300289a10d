package io.jenkins.plugins.releasetrain.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.environment.Sightings;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The main job: mono and micro releases of a sample shop, on embedded parts or on real ones. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Makes mono and micro releases of a sample shop of twelve services: on an embedded registry pair"
                + " and an embedded Kubernetes API, or on real parts by option.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the story went through, and registries and clusters hold what the engine says",
            "1:something is not as it should be; the findings say what",
            "2:wrong options, or something they point to cannot be used; nothing was changed",
            "3:a part failed on the way"
        })
public final class Main implements Callable<Integer> {
    private static final int WRONG = 1;
    private static final int FAILED = 3;

    @Mixin
    private final Options options = new Options();

    public static void main(String[] arguments) {
        // The account is what there is to read; the libraries speak up when something is wrong.
        Logger.getLogger("").setLevel(Level.WARNING);
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof EngineException e) {
                command.getErr().println(e.getMessage());
                command.getErr().flush();
                return e.kind() == FailureKind.INVALID_INPUT ? CommandLine.ExitCode.USAGE : FAILED;
            }
            failure.printStackTrace(command.getErr());
            return FAILED;
        });
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        String run = UUID.randomUUID().toString().substring(0, 8);
        Account account = new Account(System.out, System::nanoTime);
        Summary summary = new Summary();
        try (Parts parts = open(run)) {
            Shop shop = new Shop(options.external() ? "shop-" + run : "shop", run, parts.devPush);
            account.line(
                    "demo",
                    "dev registry " + parts.registries.dev().host() + ", production registry "
                            + parts.registries.production().host() + ", Kubernetes " + parts.kubernetes.getMasterUrl());
            Story story = new Story(parts, shop, account, summary);
            Places places = new Places(new Sightings(parts.executor, parts.clock), shop);
            Optional<PagesServer> pages = parts.serve(story::train, story::lanes, () -> places.of(story), account);
            pages.ifPresent(p -> account.line("demo", "pages at " + p.origin()));
            story.run();
            account.headline("Summary");
            summary.print(System.out);
            Map<String, Boolean> findings = new Audit(parts, shop).findings(story, account.events());
            account.headline("Findings, from the registries and the clusters themselves");
            findings.forEach((question, fine) -> System.out.println((fine ? "  yes  " : "  NO   ") + question));
            System.out.printf(
                    Locale.ROOT,
                    "%n%.1f s, %d requests to the registries; history kept in %s%n",
                    account.seconds(),
                    parts.traffic().requests(),
                    parts.storedAt);
            boolean fine = !findings.containsValue(false);
            writeFigures(story, account, parts, fine);
            if (pages.isPresent()) {
                System.out.println(
                        "The pages stay at " + pages.get().origin() + " until Ctrl+C; three changes wait there");
                story.stay();
            }
            return fine ? CommandLine.ExitCode.OK : WRONG;
        }
    }

    /** Nothing was changed yet, so whatever fails here is an option that points to something unusable. */
    private Parts open(String run) throws IOException {
        try {
            return new Parts(options, run);
        } catch (EngineException e) {
            throw new EngineException(FailureKind.INVALID_INPUT, e.getMessage(), e);
        } catch (KubernetesClientException e) {
            throw new EngineException(
                    FailureKind.INVALID_INPUT, "--kubeconfig: the API server does not answer: " + e.getMessage(), e);
        }
    }

    private void writeFigures(Story story, Account account, Parts parts, boolean fine) throws IOException {
        if (options.figures.isEmpty()) {
            return;
        }
        ObjectNode figures = new ObjectMapper().createObjectNode();
        figures.put("findings", fine ? "as they should be" : "wrong");
        figures.put("seconds", account.seconds());
        figures.put("requests", parts.traffic().requests());
        figures.put("bytes", parts.traffic().bytesReceived() + parts.traffic().bytesSent());
        Map<Outcome, Long> outcomes = story.outcomes();
        figures.put("healed", count(account, Event.EnvironmentHealed.class));
        figures.put("resumed", count(account, Event.TrainResumed.class));
        for (Outcome outcome : Outcome.values()) {
            figures.put(outcome.name().toLowerCase(Locale.ROOT), outcomes.getOrDefault(outcome, 0L));
        }
        Files.writeString(options.figures.get(), figures + System.lineSeparator());
    }

    private static long count(Account account, Class<? extends Event> type) {
        return account.events().stream().filter(type::isInstance).count();
    }

    /** The version that the build wrote into the manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"Release Train demo " + (version == null ? "(not packaged)" : version)};
        }
    }
}
