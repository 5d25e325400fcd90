import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { METRIC_DEFINITIONS, type MetricDefinition } from "../../../lib/telemetry/metricDefinitions.ts";
import { anchorsOf, documentationPages, projectRoot } from "../../support/docs/markdown.ts";

interface Rules {
    readonly groups: readonly { readonly rules: readonly Alert[] }[];
}
interface Alert {
    readonly alert: string;
    readonly expr: string;
    readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
interface RuleTests {
    readonly tests: readonly {
        readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
    }[];
}
interface Dashboard {
    readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const read = (path: string): string => readFileSync(join(projectRoot, path), "utf8");
const alerts = (parse(read("contrib/prometheus/alerts.yml")) as Rules).groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read("contrib/grafana/dashboard.json")) as Dashboard;
const panels = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));
const definitions = new Map<string, MetricDefinition>(Object.values(METRIC_DEFINITIONS).map((it) => [it.name, it]));

/** Everything in an expression that names a metric or a label which the bridge does not have. */
function unknownNames(expression: string): readonly string[] {
    return [...expression.matchAll(/(sip_bridge_\w+?)(_bucket|_sum|_count)?(?:\{([^}]*)\})?(?=[^\w{]|$)/g)].flatMap(
        ([, name = "", part, selector = ""]) => {
            const definition = definitions.get(name);
            if (definition === undefined || (part !== undefined) !== (definition.kind === "histogram")) return [name];
            const labels = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label);
            return labels.filter((label) => !(label in definition.labels)).map((label) => `${name}{${label}}`);
        },
    );
}

describe("contrib/", () => {
    it.each(alerts.map(({ alert, expr }) => [alert, expr]))(
        "names only existing metrics in the alert %s",
        (_, expr) => {
            expect(expr).toContain("sip_bridge_");
            expect(unknownNames(expr)).toEqual([]);
        },
    );

    it.each(alerts.map(({ alert }) => alert))("tests when %s fires and when it does not", (alert) => {
        const { tests } = parse(read("contrib/prometheus/alerts.test.yml")) as RuleTests;
        const expected = tests
            .flatMap(({ alert_rule_test: cases }) => cases)
            .filter(({ alertname }) => alertname === alert)
            .map(({ exp_alerts: alertsThen }) => alertsThen.length > 0);
        expect(new Set(expected)).toEqual(new Set([true, false]));
    });

    it.each(panels)("names only existing metrics in the panel %s", (_, expr) => {
        expect(expr).toContain("sip_bridge_");
        expect(unknownNames(expr)).toEqual([]);
    });

    it("finds names that do not exist", () => {
        expect(unknownNames('rate(sip_bridge_nothing_total[5m]) + sip_bridge_calls_active{user="a"}')).toEqual([
            "sip_bridge_nothing_total",
            "sip_bridge_calls_active{user}",
        ]);
    });

    it("links each alert to its section of docs/operating.md, which has no section of another alert", () => {
        const page = documentationPages().find(({ path }) => path === "docs/operating.md");
        const anchors = page === undefined ? [] : anchorsOf(page);
        const linked = alerts.map(({ annotations }) => annotations.runbook_url);
        expect(linked).toEqual(alerts.map(({ alert }) => `docs/operating.md#${alert.toLowerCase()}`));
        for (const { alert } of alerts) expect(anchors).toContain(alert.toLowerCase());
        const described = anchors.filter((anchor) => anchor.startsWith("sipbridge"));
        expect(described.sort()).toEqual(alerts.map(({ alert }) => alert.toLowerCase()).sort());
    });
});
