import { describe, expect, it } from "vitest";
import { ClientRegistry } from "../../../../lib/sip-server/drachtio/ClientRegistry.ts";

function registryOf(...clients: string[]): ClientRegistry<string> {
    const registry = new ClientRegistry<string>();
    for (const client of clients) registry.add(client, []);
    return registry;
}

describe("ClientRegistry", () => {
    it("lets the subscribers of a verb take turns", () => {
        const registry = registryOf("a", "b", "c");
        for (const client of ["a", "b", "c"]) registry.subscribe(client, "invite");
        expect([1, 2, 3, 4].map(() => registry.next("invite"))).toEqual(["a", "b", "c", "a"]);
    });

    it("counts a repeated subscription once", () => {
        const registry = registryOf("a", "b");
        for (const client of ["a", "a", "b", "a"]) registry.subscribe(client, "invite");
        expect([1, 2, 3].map(() => registry.next("invite"))).toEqual(["a", "b", "a"]);
    });

    it("takes a subscription back from one verb of one client only", () => {
        const registry = registryOf("a", "b");
        for (const client of ["a", "b"]) for (const verb of ["invite", "message"]) registry.subscribe(client, verb);
        registry.unsubscribe("a", "invite");
        expect([registry.next("invite"), registry.next("invite")]).toEqual(["b", "b"]);
        expect(registry.next("message")).toBe("a");
    });

    it("offers nothing to a client that is gone, or was never added", () => {
        const registry = registryOf("a");
        registry.subscribe("a", "invite");
        registry.remove("a");
        registry.subscribe("a", "invite");
        registry.subscribe("unknown", "invite");
        expect(registry.next("invite")).toBeUndefined();
        expect(registry.size).toBe(0);
    });
});

it("gives a request to a client that is away only if no other has subscribed", () => {
    const registry = new ClientRegistry<string>();
    for (const client of ["a", "b"]) {
        registry.add(client, []);
        registry.subscribe(client, "invite");
    }
    registry.setAway("a", true);
    expect([registry.next("invite"), registry.next("invite")]).toEqual(["b", "b"]);
    registry.remove("b");
    expect(registry.next("invite")).toBe("a");
});
