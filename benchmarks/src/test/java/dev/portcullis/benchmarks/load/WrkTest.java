package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class WrkTest {
    private static final String SAID = """
            Running 5s test @ http://localhost:8788
              1 threads and 64 connections
              500000 requests in 5.00s, 170.00MB read
            Requests/sec: 100000.00
            figures requests=500000 micros=5000000 bytes=178257920 connect=0 read=0 write=0 status=0 timeout=0
            """;

    @Test
    void parseWhenAllAreSuccessesThenReadsOurOwnLine() {
        var result = Wrk.parse(SAID);

        assertThat(result.requests()).isEqualTo(500_000);
        assertThat(result.perSecond()).isEqualTo(100_000);
        assertThat(result.bytes()).isEqualTo(178_257_920);
    }

    @Test
    void parseWhenOneAnswerIsNoSuccessThenFails() {
        for (String kind : new String[] {"connect", "read", "write", "status", "timeout"}) {
            assertThatThrownBy(() -> Wrk.parse(SAID.replace(kind + "=0", kind + "=1")))
                    .as(kind)
                    .isInstanceOf(LoadException.class)
                    .hasMessageContaining("Requests/sec");
        }
    }

    @Test
    void parseWhenNothingWasAnsweredThenFails() {
        assertThatThrownBy(() -> Wrk.parse("unable to connect to localhost:8788 Connection refused\n"))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("refused");
    }
}
