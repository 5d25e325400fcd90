/** One time series: a name, its labels and its value now. */
export type Sample = {
    readonly name: string;
    readonly kind: "counter" | "gauge";
    readonly help: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number;
};

/** Writes samples in the text form Prometheus scrapes. Samples of one name must follow each other. */
export function formatMetrics(samples: readonly Sample[]): string {
    let text = "";
    let previous = "";
    for (const { name, kind, help, labels = {}, value } of samples) {
        if (name !== previous) text += `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`;
        previous = name;
        const pairs = Object.entries(labels).map(([label, content]) => `${label}=${JSON.stringify(content)}`);
        text += `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
    }
    return text;
}
