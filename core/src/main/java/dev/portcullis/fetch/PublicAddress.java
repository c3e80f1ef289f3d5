package dev.portcullis.fetch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses belong to the public Internet: those that the IANA special-purpose registries (RFC 6890) do not set apart, read strictly. IPv6 must be
 * global unicast (2000::/3); of the forms that carry an IPv4 address only NAT64's well-known prefix passes (networks without IPv4 see the whole Internet under
 * it), if the carried address is public.
 */
final class PublicAddress {
    private static final List<Block> SET_APART_V4 = List.of(
            block("0.0.0.0", 8), // this network
            block("10.0.0.0", 8), // private
            block("100.64.0.0", 10), // carrier-grade NAT
            block("127.0.0.0", 8), // loopback
            block("168.63.129.16", 32), // a cloud's platform service, though of public form
            block("169.254.0.0", 16), // link-local, cloud metadata
            block("172.16.0.0", 12), // private
            block("192.0.0.0", 24), // protocol assignments, cloud metadata
            block("192.0.2.0", 24), // documentation
            block("192.88.99.0", 24), // 6to4 relays
            block("192.168.0.0", 16), // private
            block("198.18.0.0", 15), // benchmarks
            block("198.51.100.0", 24), // documentation
            block("203.0.113.0", 24), // documentation
            block("224.0.0.0", 4), // multicast
            block("240.0.0.0", 4)); // reserved, broadcast

    private static final Block NAT64 = block("64:ff9b::", 96);
    private static final Block GLOBAL_UNICAST = block("2000::", 3);
    private static final List<Block> SET_APART_V6 = List.of(
            block("2001::", 23), // protocol assignments: Teredo, ORCHID, benchmarks
            block("2001:db8::", 32), // documentation
            block("2002::", 16), // 6to4: an IPv4 address in disguise
            block("3fff::", 20)); // documentation

    private PublicAddress() {}

    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] address) {
        return SET_APART_V4.stream().noneMatch(block -> block.contains(address));
    }

    private static boolean isPublicV6(byte[] address) {
        if (NAT64.contains(address)) {
            return isPublicV4(Arrays.copyOfRange(address, 12, 16));
        }
        return GLOBAL_UNICAST.contains(address) && SET_APART_V6.stream().noneMatch(block -> block.contains(address));
    }

    private static Block block(String literal, int bits) {
        try {
            return new Block(InetAddress.getByName(literal).getAddress(), bits);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("not an address literal: " + literal, e);
        }
    }

    /** A CIDR block. */
    private record Block(byte[] prefix, int bits) {
        boolean contains(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / 8;
            if (!Arrays.equals(address, 0, whole, prefix, 0, whole)) {
                return false;
            }
            int mask = 0xFF << (8 - bits % 8) & 0xFF;
            return bits % 8 == 0 || (address[whole] & mask) == (prefix[whole] & mask);
        }
    }
}
