// Sends the same records by both of OpenTelemetry's OTLP/HTTP exporters, one after the other.
const { SeverityNumber } = require('@opentelemetry/api-logs');
const { trace, context } = require('@opentelemetry/api');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { LoggerProvider, BatchLogRecordProcessor } = require('@opentelemetry/sdk-logs');

async function send(name, options) {
  const { OTLPLogExporter } = require('@opentelemetry/' + name);
  const exporter = new OTLPLogExporter({ url: process.argv[2], headers: { Authorization: 'Bearer hunter2' }, ...options });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    processors: [new BatchLogRecordProcessor({ exporter })],
  });
  const log = provider.getLogger('cart', '1.2.3');
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  log.emit({
    timestamp: new Date('2026-02-03T04:05:06.789Z'), severityNumber: SeverityNumber.WARN2, severityText: 'warning',
    body: name + ': sold out \u2603', context: trace.setSpanContext(context.active(), span),
    attributes: { int: 12, big: 2 ** 40, float: 0.5, nan: NaN, inf: -Infinity, yes: true, surrogate: 'a\ud800b', list: [1, 'x', null], map: { inner: { k: 'v' } }, bytes: new Uint8Array([0, 255]) },
  });
  log.emit({ severityNumber: SeverityNumber.ERROR, body: { event: 'failed', code: 7 }, attributes: { 'exception.type': 'TypeError', 'exception.message': 'x is undefined', 'exception.stacktrace': 'TypeError: x\n    at main (a.js:1:2)' } });
  for (let i = 0; i < 1000; i++) log.emit({ severityNumber: SeverityNumber.INFO, body: name + ' ' + i });
  await provider.shutdown();
}

(async () => {
  await send('exporter-logs-otlp-http', {});
  await send('exporter-logs-otlp-proto', { compression: 'gzip' });
})();
