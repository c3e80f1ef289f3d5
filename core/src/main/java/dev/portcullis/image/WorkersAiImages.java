package dev.portcullis.image;

import dev.portcullis.fetch.Destination;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchException;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.fetch.FetchRequest;
import dev.portcullis.fetch.FetchedDocument;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Arrays;
import java.util.Set;

/**
 * Workers AI over Cloudflare's REST API: {@code POST {api}/accounts/{account}/ai/run/{model}} with {@code {"prompt","steps"}}, answered with the API's envelope
 * {@code {"success":true,"result":{"image":BASE64},"errors":[]}}. One request per picture; nothing is tried twice, since each try costs money.
 */
public final class WorkersAiImages implements ImageGenerator {
    /** Cloudflare's API. */
    public static final URI CLOUDFLARE_API = URI.create("https://api.cloudflare.com/client/v4");

    /** The original's model. */
    public static final String MODEL_DEFAULT = "@cf/black-forest-labs/flux-1-schnell";

    /** A picture may take long, and only so many are worth waiting for at once. */
    public static final FetchLimits LIMITS = new FetchLimits(5_000, 50_000, 8_192, 100, 16);

    /** Bytes of an answer unless set otherwise: the picture in base64, and its envelope. */
    public static final int ANSWER_BYTES_MAX = 8 * 1024 * 1024;

    private static final Logger LOG = System.getLogger(WorkersAiImages.class.getName());
    private static final Set<Integer> ANSWERS = Set.of(200, 400, 401, 403, 404, 405, 413, 422);
    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

    private final DocumentFetcher fetcher;
    private final URI endpoint;
    private final String model;
    private final String authorization;
    private final int answerBytesMax;

    /**
     * @param fetcher with limits for slow answers, see {@link #LIMITS}
     * @param api root of the API, without a trailing slash
     * @param account account id
     * @param apiToken an API token with the permission <em>Workers AI: Read</em>
     * @param model model name, e.g. {@link #MODEL_DEFAULT}
     * @param answerBytesMax longer answers are refused, usually {@link #ANSWER_BYTES_MAX}; at most 16 MiB
     */
    public WorkersAiImages(
            DocumentFetcher fetcher, URI api, String account, String apiToken, String model, int answerBytesMax) {
        this.fetcher = fetcher;
        this.endpoint = URI.create(api + "/accounts/" + account + "/ai/run/" + model);
        this.model = model;
        this.authorization = "Bearer " + apiToken;
        this.answerBytesMax = answerBytesMax;
    }

    @Override
    public byte[] generate(String prompt, int steps) throws ImageException {
        var body = FetchRequest.Body.json(WorkersAiAnswer.request(prompt, steps));
        try {
            return image(fetcher.fetch(
                    FetchRequest.post(endpoint, Destination.CONFIGURED, ANSWERS, answerBytesMax, body, authorization)));
        } catch (FetchException e) {
            LOG.log(Level.WARNING, "no picture: {0}", e.getMessage());
            throw new ImageException(
                    switch (e.reason()) {
                        case TIMEOUT -> "The image service took too long. Try again, perhaps with fewer steps.";
                        case PEER_FAILING, OVERLOADED -> "The image service is overloaded or failing. Try again later.";
                        case TOO_LARGE -> "The image service sent more than an image may be.";
                        default -> "The image service cannot be reached or does not answer as it should.";
                    });
        }
    }

    private byte[] image(FetchedDocument document) throws ImageException {
        WorkersAiAnswer answer = WorkersAiAnswer.parse(document.body());
        if (document.status() == 200 && answer.image() != null) {
            byte[] image = answer.image();
            if (Arrays.mismatch(image, JPEG) < JPEG.length) {
                throw new ImageException("The image service sent something that is not a JPEG image.");
            }
            return image;
        }
        LOG.log(Level.WARNING, "no picture: status {0}, {1}", document.status(), answer.error());
        throw new ImageException(
                switch (document.status()) {
                    case 401, 403 ->
                        "The image service does not accept this server's credentials; its operator must look at CLOUDFLARE_API_TOKEN.";
                    case 404, 405 -> "The image service does not know the model " + model + ".";
                    default -> "The image service refused: " + answer.error();
                });
    }

    @Override
    public String describe() {
        return "Workers AI, " + model;
    }
}
