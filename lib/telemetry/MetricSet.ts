import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { type LabelsOf, METRIC_DEFINITIONS, type MetricDefinition, type MetricKey } from "./metricDefinitions.ts";

type Instrument = Counter | Gauge | Histogram;

/** Every defined metric in one registry. The only file that creates instruments of prom-client. */
export class MetricSet {
    readonly #instruments: ReadonlyMap<MetricKey, Instrument>;

    constructor(registry: Registry) {
        const entries = Object.entries(METRIC_DEFINITIONS) as [MetricKey, MetricDefinition][];
        this.#instruments = new Map(entries.map(([key, definition]) => [key, instrument(definition, registry)]));
    }

    /** Adds to a counter or gauge. */
    add<Key extends MetricKey>(key: Key, labels: LabelsOf<Key>, amount = 1): void {
        const metric = this.#instruments.get(key);
        if (metric instanceof Counter || metric instanceof Gauge) metric.inc({ ...labels }, amount);
    }

    set<Key extends MetricKey>(key: Key, labels: LabelsOf<Key>, value: number): void {
        const metric = this.#instruments.get(key);
        if (metric instanceof Gauge) metric.set({ ...labels }, value);
    }

    /** Adds a value to a histogram. */
    observe<Key extends MetricKey>(key: Key, labels: LabelsOf<Key>, value: number): void {
        const metric = this.#instruments.get(key);
        if (metric instanceof Histogram) metric.observe({ ...labels }, value);
    }
}

function instrument({ kind, name, help, labels, buckets }: MetricDefinition, registry: Registry): Instrument {
    const options = { name, help, labelNames: Object.keys(labels), registers: [registry] };
    switch (kind) {
        case "counter":
            return new Counter(options);
        case "gauge":
            return new Gauge(options);
        case "histogram":
            return new Histogram({ ...options, ...(buckets !== undefined && { buckets: [...buckets] }) });
    }
}
