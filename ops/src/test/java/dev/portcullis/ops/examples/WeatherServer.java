package dev.portcullis.ops.examples;

import dev.portcullis.ops.server.PortcullisServer;

final class WeatherServer {
    public static void main(String[] arguments) throws Exception {
        var builder =
                PortcullisServer.builder().name("weather").fromEnvironment().setting("STORE", "memory:");
        try (var server = builder.tool(new ForecastTool()).start()) {
            System.out.println("MCP clients connect to " + server.url());
            server.awaitTermination();
        }
    }
}
