package dev.portcullis.ops.examples;

import dev.portcullis.ops.server.PortcullisServer;

final class WeatherServer {
    public static void main(String[] arguments) throws Exception {
        try (var server = PortcullisServer.builder()
                .name("weather")
                .tool(new ForecastTool())
                .fromEnvironment() // and the files that ops/run reads; or .setting("PORT", "8080")
                .start()) {
            System.out.println("MCP clients connect to " + server.url());
            server.awaitTermination();
        }
    }
}
