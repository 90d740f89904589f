// Logs a number of records to a collector over OTLP, with the SDK of OpenTelemetry.
const { SeverityNumber } = require("@opentelemetry/api-logs");
const { OTLPLogExporter } = require("@opentelemetry/exporter-logs-otlp-http");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { BatchLogRecordProcessor, LoggerProvider } = require("@opentelemetry/sdk-logs");

const [url, n] = process.argv.slice(2);
const exporter = new OTLPLogExporter({ url });
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ "service.name": "javascript" }),
  processors: [new BatchLogRecordProcessor({ exporter })],
});
const log = provider.getLogger("javascript");
for (let page = 1; page <= n; page++) {
  log.emit({ severityNumber: SeverityNumber.INFO, severityText: "INFO", body: `page ${page} is served`, attributes: { page } });
}
log.emit({ severityNumber: SeverityNumber.ERROR, severityText: "ERROR", body: "the last one failed", exception: new Error("no such page") });
provider.shutdown();
