package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.util.Comparator;
import java.util.Map;

/** Asks Sentinels who the master is. The latest of what they say counts; it is certain if more than half of them have answered. */
final class SentinelMaster implements MasterFinder {
    private static final int WAIT_MILLIS = 1_000;

    private final RedisAddress address;
    private final Asked<StatefulRedisSentinelConnection<String, String>> sentinels;

    SentinelMaster(RedisAddress address, RedisClients clients) {
        this.address = address;
        this.sentinels = new Asked<>(clients::connectSentinel, WAIT_MILLIS);
    }

    @Override
    public Found find() {
        var answers = sentinels.ask(
                address.servers(), connection -> connection.async().master(address.master()));
        var latest = answers.values().stream()
                .max(Comparator.comparingLong(each -> number(each, "config-epoch")))
                .orElseThrow();
        String host = latest.get("ip");
        long port = number(latest, "port");
        if (host == null || port == 0) {
            throw new StoreException("the Sentinels do not say where " + address.master() + " is");
        }
        boolean certain = answers.size() * 2 > address.servers().size();
        return Found.one(new RedisAddress.Server(host, (int) port), certain);
    }

    private static long number(Map<String, String> fields, String name) {
        String value = fields.get(name);
        return value == null || !value.matches("\\d{1,18}") ? 0 : Long.parseLong(value);
    }

    @Override
    public void close() {
        sentinels.close();
    }
}
