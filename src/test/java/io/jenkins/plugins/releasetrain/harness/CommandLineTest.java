package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.cli.CLICommandInvoker;
import hudson.model.Result;
import org.junit.jupiter.api.Test;

/** The command line asks and does what the API does, with the rights of whoever types. */
class CommandLineTest extends ShopTest {
    private CLICommandInvoker.Result run(String... words) {
        return new CLICommandInvoker(jenkins, "release-train").invokeWithArgs(words);
    }

    @Test
    void asksAndActsAsTheApiDoes() throws Exception {
        shop.build("cart", "1.1");
        ended(Result.SUCCESS, ride("cart", "1.1", ""));

        assertThat(run("now").stdout()).contains("\"shop\"");
        assertThat(run("notes", "shop-1", "format=text").stdout()).contains("cart");
        assertThat(run("plan", "PAUSE", "train=shop").returnCode()).isZero();
        assertThat(run("perform", "PAUSE", "train=shop", "reason=the database moves")
                        .returnCode())
                .isZero();
        assertThat(run("get", "trains/shop").stdout()).contains("the database moves");
        CLICommandInvoker.Result unknown = run("notes", "shop-99");
        assertThat(unknown.returnCode()).isEqualTo(3);
        assertThat(unknown.stderr()).contains("shop-99");
        assertThat(run("dance").stderr()).contains("perform OPERATION");
    }
}
