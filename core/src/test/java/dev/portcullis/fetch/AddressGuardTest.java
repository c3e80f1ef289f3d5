package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.fetch.FetchException.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O-123, T-79. */
@Timeout(60)
class AddressGuardTest {
    private static final String PUBLIC = "93.184.215.14";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/c",
                "https://[::1]/c",
                "https://0.0.0.0/c",
                "https://169.254.169.254/c",
                "https://10.0.0.1/c",
                "https://100.64.0.1/c",
                "https://[fd00::1]/c",
                "https://[fe80::1]/c",
                "https://[::ffff:127.0.0.1]/c",
                "https://[64:ff9b::7f00:1]/c",
                "https://93.184.215.14/c",
                "https://2130706433/c",
                "https://0x7f000001/c",
                "https://0x7f.1/c",
                "https://0177.0.0.1/c",
                "https://127.1/c",
                "https://1.2.3.0x4/c",
                "https://a.1/c",
                "https://017700000001/c",
                "https://127.0.0.1./c",
                "https://localhost/c",
                "https://localhost./c",
                "https://a.localhost/c",
                "https://metadata.google.internal/c",
                "https://METADATA.Google.INTERNAL/c",
                "https://metadata/c",
                "https://printer.local/c",
                "https://nas.home.arpa/c",
                "https://client.example./c",
                "https://a_b.example/c",
                "https://ex%61mple.com/c",
                "https://b\u00fccher.example/c",
                "https://\uff11\uff12\uff17.0.0.1/c",
                "https://user@client.example/c",
                "https://client.example:8443/c",
                "https://client.example:22/c",
                "https://client.example/c#f",
                "http://client.example/c",
                "ftp://client.example/c",
                "file:///etc/passwd",
                "gopher://client.example/",
                "https:///c",
                "jar:https://client.example!/",
                "//client.example/c",
                "mailto:a@client.example",
            })
    void fetchWhenStrangersUrlIsNoPublicNameThenIsRefusedBeforeAnyLookup(String url) {
        var lookups = new AtomicInteger();
        var guard = new AddressGuard(Set.of(), host -> {
            lookups.incrementAndGet();
            return addresses(PUBLIC);
        });
        try (var fetcher = new DocumentFetcher(FetchLimits.DEFAULT, guard)) {
            FetchException e = refusal(fetcher, URI.create(url));
            assertThat(e.reason()).isEqualTo(Reason.ADDRESS);
            assertThat(lookups).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.200",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "168.63.129.16",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:10::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "2002:5db8:d70e::",
                "3fff::1",
                "5f00::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "4000::1",
            })
    void fetchWhenNameResolvesToAnAddressSetApartThenIsRefused(String address) throws Exception {
        var guard = new AddressGuard(Set.of(), host -> addresses(address));
        try (var fetcher = new DocumentFetcher(FetchLimits.DEFAULT, guard)) {
            assertThat(refusal(fetcher, URI.create("https://client.example/c")).reason())
                    .isEqualTo(Reason.ADDRESS);
        }
        // One bad address among good ones spoils all.
        var mixed = new AddressGuard(Set.of(), host -> addresses(PUBLIC, address));
        assertThatThrownBy(() -> mixed.resolve("client.example", 443, true, Destination.STRANGER))
                .isInstanceOf(AddressGuard.RefusedAddress.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PUBLIC,
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.1",
                "192.167.255.255",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450::1",
                "2001:200::1",
                "64:ff9b::101:101",
            })
    void resolveWhenAddressIsPublicThenGivesIt(String address) throws Exception {
        var guard = new AddressGuard(Set.of(), host -> addresses(address));
        assertThat(guard.resolve("client.example", 443, true, Destination.STRANGER))
                .containsExactly(new InetSocketAddress(InetAddress.getByName(address), 443));
    }

    @Test
    void refusalsReadTheSame() {
        var privateName = new AddressGuard(Set.of(), host -> addresses("10.0.0.1"));
        try (var fetcher = new DocumentFetcher(FetchLimits.DEFAULT, privateName)) {
            assertThat(refusal(fetcher, URI.create("https://client.example/c")))
                    .hasMessage(
                            refusal(fetcher, URI.create("https://127.0.0.1/c")).getMessage())
                    .hasMessage(refusal(fetcher, URI.create("http://client.example/c"))
                            .getMessage())
                    .hasMessageNotContaining("client.example");
        }
    }

    /** DNS rebinding: the second answer would be this machine; nobody asks for it, and nobody connects. */
    @Test
    void fetchWhenNameIsReboundThenTheCheckedAddressIsTheOneConnectedTo() throws Exception {
        var lookups = new AtomicInteger();
        try (var trap = new LocalServer(LocalServer.json("{}"))) {
            var guard = new AddressGuard(
                    Set.of(), host -> lookups.incrementAndGet() == 1 ? addresses("10.0.0.1") : addresses("127.0.0.1"));
            try (var fetcher = new DocumentFetcher(FetchLimits.DEFAULT, guard)) {
                assertThat(refusal(fetcher, URI.create("https://client.example/c"))
                                .reason())
                        .isEqualTo(Reason.ADDRESS);
            }
            assertThat(lookups).hasValue(1);
            assertThat(trap.asked()).isEmpty();
        }
    }

    @Test
    void fetchWhenStrangerNamesLoopbackThenNobodyConnectsUnlessAllowed() throws Exception {
        try (var trap = new LocalServer(LocalServer.json("{}"))) {
            try (var strict = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard())) {
                assertThat(refusal(strict, trap.uri("/")).reason()).isEqualTo(Reason.ADDRESS);
            }
            assertThat(trap.asked()).isEmpty();
            var allowing = new AddressGuard(Set.of("127.0.0.1:" + trap.port()), AddressGuard.Resolver.SYSTEM);
            try (var fetcher = new DocumentFetcher(FetchLimits.DEFAULT, allowing)) {
                assertThat(fetcher.fetch(stranger(trap.uri("/"))).status()).isEqualTo(200);
                URI otherPort = URI.create("http://127.0.0.1:" + (trap.port() == 1 ? 2 : 1) + "/");
                assertThat(refusal(fetcher, otherPort).reason()).isEqualTo(Reason.ADDRESS);
            }
        }
    }

    @Test
    void resolveWhenAllowedNameLeavesThisMachineThenIsRefused() {
        var guard = new AddressGuard(Set.of("dev.example:8443"), host -> addresses("127.0.0.1", PUBLIC));
        assertThatThrownBy(() -> guard.resolve("dev.example", 8443, true, Destination.STRANGER))
                .isInstanceOf(AddressGuard.RefusedAddress.class);
    }

    @Test
    void resolveWhenOperatorConfiguredItThenAnyAddressGoesByHttpsAndOnlyLoopbackByHttp() throws Exception {
        var guard = new AddressGuard(Set.of(), host -> addresses("10.0.0.1"));
        assertThat(guard.resolve("idp.corp.example", 443, true, Destination.CONFIGURED))
                .hasSize(1);
        assertThatThrownBy(() -> guard.resolve("localhost", 80, false, Destination.CONFIGURED))
                .isInstanceOf(AddressGuard.RefusedAddress.class);
        guard.checkUri(URI.create("https://10.0.0.1:8443/token"), Destination.CONFIGURED);
        guard.checkUri(URI.create("http://localhost:8790/token"), Destination.CONFIGURED);
        guard.checkUri(URI.create("http://[::1]:8790/token"), Destination.CONFIGURED);
        for (String url : new String[] {
            "http://idp.example/token", "http://localhost.evil.example/", "http://127.0.0.1.evil.example/",
            "http://10.0.0.1/", "https://user:word@idp.example/", "ftp://localhost/"
        }) {
            assertThatThrownBy(() -> guard.checkUri(URI.create(url), Destination.CONFIGURED))
                    .as(url)
                    .isInstanceOf(FetchException.class);
        }
    }

    @Test
    void fetchWhenNameIsUnknownThenIsUnreachable() {
        var guard = new AddressGuard(Set.of(), host -> {
            throw new UnknownHostException(host);
        });
        try (var fetcher = new DocumentFetcher(FetchLimits.DEFAULT, guard)) {
            assertThat(refusal(fetcher, URI.create("https://client.example/c")).reason())
                    .isEqualTo(Reason.UNREACHABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:", ":80", "http://localhost:80", "a b:80", "*:80", "localhost:80/x"})
    void constructorWhenEntryIsNotHostAndPortThenFails(String entry) {
        assertThatThrownBy(() -> new AddressGuard(Set.of(entry), AddressGuard.Resolver.SYSTEM))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(entry);
    }

    private static FetchException refusal(DocumentFetcher fetcher, URI uri) {
        FetchException e = catchThrowableOfType(FetchException.class, () -> fetcher.fetch(stranger(uri)));
        assertThat(e).as("the refusal of %s", uri).isNotNull();
        return e;
    }

    private static FetchRequest stranger(URI uri) {
        return FetchRequest.get(uri, Destination.STRANGER, 1_000);
    }

    private static InetAddress[] addresses(String... literals) throws UnknownHostException {
        var addresses = new InetAddress[literals.length];
        Arrays.setAll(addresses, i -> {
            try {
                return InetAddress.getByName(literals[i]);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(literals[i], e);
            }
        });
        return addresses;
    }
}
