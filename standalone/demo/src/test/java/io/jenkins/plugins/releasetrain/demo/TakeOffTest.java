package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** Who leaves in time, whatever has passed by then. */
class TakeOffTest extends StoryPages {
    @Override
    String name() {
        return "take-off";
    }

    private boolean hasRun(Change change) {
        return train().state().search().timeline().runs().stream()
                .anyMatch(run -> run.changes().contains(change.id()));
    }

    /** Its tests passed, and releases are held: for a night, perhaps. */
    @Test
    void I12_whatPassedAndWaitsForItsReleaseIsTakenOff() throws Exception {
        train().hold("audit", "ada");
        queue("mail", "1.1");
        Change mail = train().state().queue().get(0);
        CompletableFuture<Void> conductor = CompletableFuture.runAsync(story::conductQuietly);
        browser.waiting().until(b -> hasRun(mail));

        browser.show(server, "changes/" + mail.id());
        WebElement dialog = ask(button("Take off"));
        dialog.findElement(By.name("reason")).sendKeys("not today");
        confirm(dialog);

        conductor.get(1, TimeUnit.MINUTES);
        train().free("ada");
        assertThat(train().outcome(mail.id()))
                .hasValueSatisfying(ended -> assertThat(ended.reason()).isEqualTo("taken off by demo: not today"));
    }
}
