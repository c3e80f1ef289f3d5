package dev.portcullis.fetch;

import dev.portcullis.fetch.FetchException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.Lookup;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** One request and its answer, on a connection of its own. Runs on one thread; {@link #cancel} comes from another. */
final class Fetch implements Callable<FetchedDocument> {
    private final FetchRequest request;
    private final FetchLimits limits;
    private final AddressGuard guard;
    private final TlsSocketStrategy tls;
    private final @Nullable EgressProxy proxy;
    private final HttpUriRequestBase message;

    Fetch(
            FetchRequest request,
            FetchLimits limits,
            AddressGuard guard,
            TlsSocketStrategy tls,
            @Nullable EgressProxy proxy) {
        this.request = request;
        this.limits = limits;
        this.guard = guard;
        this.tls = tls;
        this.proxy = proxy;
        this.message = message(request, limits);
    }

    /** Breaks the connection, whatever it is doing. Does not wait: while a name is looked up the HTTP client holds the lock that this needs. */
    void cancel() {
        Thread.ofVirtual().name("fetch-cancel").start(message::cancel);
    }

    @Override
    public FetchedDocument call() throws FetchException {
        try (CloseableHttpClient client = client();
                ClassicHttpResponse response = client.executeOpen(null, message, null)) {
            try {
                return accept(response);
            } finally {
                // Closing alone would first read a body to its end, which may never come.
                message.cancel();
            }
        } catch (AddressGuard.RefusedAddress e) {
            throw AddressGuard.refusal();
        } catch (InterruptedIOException e) {
            throw failure(Reason.TIMEOUT, "the peer is too slow");
        } catch (MessageConstraintException e) {
            throw failure(Reason.MALFORMED, "the head of the answer is not HTTP, or too large");
        } catch (SSLException e) {
            throw failure(
                    Reason.UNREACHABLE, "no TLS connection (" + e.getClass().getSimpleName() + ")");
        } catch (UnknownHostException e) {
            throw failure(Reason.UNREACHABLE, "the host is not known");
        } catch (IOException e) {
            Throwable cause = e.getCause() instanceof HttpException http ? http : e;
            throw cause instanceof HttpException
                    ? failure(Reason.MALFORMED, "the answer is not HTTP")
                    : failure(
                            Reason.UNREACHABLE,
                            "no connection, or it broke (" + e.getClass().getSimpleName() + ")");
        }
    }

    private FetchedDocument accept(ClassicHttpResponse response) throws IOException, FetchException {
        int status = response.getCode();
        if (!request.statuses().contains(status)) {
            throw failure(reasonFor(status), "status " + status);
        }
        for (Header encoding : response.getHeaders(HttpHeaders.CONTENT_ENCODING)) {
            if (!"identity".equalsIgnoreCase(encoding.getValue())) {
                throw failure(Reason.MEDIA_TYPE, "the answer has a content encoding, though none was asked for");
            }
        }
        if (!isJson(valueOf(response, HttpHeaders.CONTENT_TYPE))) {
            throw failure(Reason.MEDIA_TYPE, "the answer is not JSON by its Content-Type");
        }
        long fresh =
                Freshness.seconds(valueOf(response, HttpHeaders.CACHE_CONTROL), valueOf(response, HttpHeaders.AGE));
        return new FetchedDocument(status, bodyOf(response.getEntity()), fresh);
    }

    private static Reason reasonFor(int status) {
        if (status >= 500 || status == 429 || status == 408) {
            return Reason.PEER_FAILING;
        }
        return status >= 300 && status < 400 ? Reason.REDIRECT : Reason.STATUS;
    }

    private byte[] bodyOf(@Nullable HttpEntity entity) throws IOException, FetchException {
        if (entity == null) {
            return new byte[0];
        }
        int max = request.bodyBytesMax();
        if (entity.getContentLength() > max) {
            throw failure(Reason.TOO_LARGE, "the answer is longer than " + max + " bytes");
        }
        byte[] body = entity.getContent().readNBytes(max + 1);
        if (body.length > max) {
            throw failure(Reason.TOO_LARGE, "the answer is longer than " + max + " bytes");
        }
        return body;
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || (type.startsWith("application/") && type.endsWith("+json"));
    }

    private static @Nullable String valueOf(ClassicHttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    private FetchException failure(Reason reason, String what) {
        return new FetchException(reason, request + ": " + what);
    }

    private static HttpUriRequestBase message(FetchRequest request, FetchLimits limits) {
        var message = new HttpUriRequestBase(request.body() == null ? "GET" : "POST", request.uri());
        message.setConfig(RequestConfig.custom()
                .setRedirectsEnabled(false)
                .setAuthenticationEnabled(false)
                .setResponseTimeout(Timeout.ofMilliseconds(limits.totalMillis()))
                .build());
        message.setHeader(HttpHeaders.ACCEPT, "application/json");
        message.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
        message.setHeader(HttpHeaders.CONNECTION, "close");
        if (request.authorization() != null) {
            message.setHeader(HttpHeaders.AUTHORIZATION, request.authorization());
        }
        FetchRequest.Body body = request.body();
        if (body != null) {
            message.setEntity(new ByteArrayEntity(
                    body.text().getBytes(StandardCharsets.UTF_8), ContentType.create(body.contentType())));
        }
        return message;
    }

    private CloseableHttpClient client() {
        var http1 = Http1Config.custom()
                .setMaxLineLength(limits.headerBytesMax())
                .setMaxHeaderCount(limits.headersMax())
                .setMaxEmptyLineCount(1)
                .build();
        Lookup<TlsSocketStrategy> secured = RegistryBuilder.<TlsSocketStrategy>create()
                .register("https", tls)
                .build();
        var connections = new BasicHttpClientConnectionManager(
                new DefaultHttpClientConnectionOperator(_ -> socket(), null, new GuardedResolver(), secured),
                ManagedHttpClientConnectionFactory.builder().http1Config(http1).build());
        connections.setConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(Timeout.ofMilliseconds(limits.connectMillis()))
                .setSocketTimeout(Timeout.ofMilliseconds(limits.totalMillis()))
                .build());
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setUserAgent("Portcullis")
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableConnectionState()
                .build();
    }

    /** Servers of this machine, and those that the operator chose, are reached directly. */
    private Socket socket() {
        boolean isStranger = request.destination() == Destination.STRANGER && !guard.isAllowed(request.uri());
        return proxy == null || !isStranger ? new Socket() : new TunnelSocket(proxy);
    }

    /** What the client connects to is what the guard looked at. */
    private final class GuardedResolver implements DnsResolver {
        @Override
        public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
            boolean secure = "https".equalsIgnoreCase(request.uri().getScheme());
            return guard.resolve(host, port, secure, request.destination());
        }

        @Override
        public InetAddress[] resolve(String host) {
            throw new UnsupportedOperationException("the port decides as well");
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
