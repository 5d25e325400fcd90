import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sdp } from "../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../lib/ports/CallLeg.ts";
import type { NetworkTraits, OriginWorld, TargetWorld, Told } from "../support/legs/LegWorld.ts";

type LegWorld = OriginWorld | TargetWorld;

/** Part of a case, between two of which the bridge can be restarted. */
type Step<World extends LegWorld> = (world: World) => Promise<void>;

/** Two sessions of each side: an offer or answer, and one that differs from it. */
export interface Descriptions {
    readonly ours: readonly [Sdp, Sdp, Sdp];
    readonly partys: readonly [Sdp, Sdp, Sdp];
}

export interface LegsUnderTest<World extends LegWorld> {
    readonly start: () => Promise<World>;
    readonly traits: NetworkTraits;
    readonly sdp: Descriptions;
}

/** How a case runs: straight through, or with a snapshot and a resume between every two steps. */
const RUNS = ["straight through", "with a restart between every two steps"] as const;
type Run = (typeof RUNS)[number];

/** What every leg of a caller keeps. */
export function originLegContract(name: string, legs: LegsUnderTest<OriginWorld>): void {
    const { traits, sdp } = legs;
    const connect: readonly Step<OriginWorld>[] = [
        async ({ leg, party }) => {
            await leg.ring();
            await unlessSilent(traits, "ringing", () => party.receives("ringing"));
        },
        async ({ leg, party }) => {
            await leg.accept(sdp.ours[0]);
            await party.receives("answer");
        },
    ];

    describe(`the leg of a caller: ${name}`, () => {
        const play = cases(legs);

        describe.each(RUNS)("%s", (run) => {
            it("tells the caller once that it rings, and that it was answered", () =>
                play(run, [], [...connect, hangUp]));

            it("reports that the caller gave up before the answer", () =>
                play(run, connect.slice(0, 1), [
                    async (world) => {
                        await world.party.ends();
                        await reports(world, { kind: "ended", cause: "cancelled" });
                    },
                ]));

            connectedCases(legs, play, run, connect);
        });

        earlyCases(legs, play, connect[0]);
    });
}

/** What every leg of a called party keeps. */
export function targetLegContract(name: string, legs: LegsUnderTest<TargetWorld>): void {
    const { sdp } = legs;
    const connect: readonly Step<TargetWorld>[] = [
        async (world) => {
            await world.leg.offer(sdp.ours[0]);
            await world.party.receives("offer");
            await world.party.rings();
            await reports(world, { kind: "ringing" });
        },
        async (world) => {
            await world.party.answers(sdp.partys[0]);
            await reports(world, { kind: "answered", sdp: sdp.partys[0] });
        },
    ];

    describe(`the leg of a called party: ${name}`, () => {
        const play = cases(legs);

        describe.each(RUNS)("%s", (run) => {
            it("rings the party, and reports its answer", () => play(run, [], [...connect, hangUp]));

            it("reports that the party declined", () =>
                play(run, connect.slice(0, 1), [
                    async (world) => {
                        await world.party.ends();
                        await vi.waitFor(() => expect(endsIn(world)).toHaveLength(1));
                    },
                ]));

            connectedCases(legs, play, run, connect);
        });

        earlyCases(legs, play, connect[0]);

        it("sends nothing if it ends before the offer, and has no record then", async () => {
            await play(
                "straight through",
                [],
                [
                    async ({ leg }) => {
                        expect(leg.snapshot()).toBeUndefined();
                        await leg.end("cancelled");
                    },
                ],
            );
        });
    });
}

type Play<World extends LegWorld> = (
    run: Run,
    setup: readonly Step<World>[],
    steps: readonly Step<World>[],
) => Promise<void>;

/** Plays cases in a world of their own, and checks what holds at the end of each. */
function cases<World extends LegWorld>({ start, traits }: LegsUnderTest<World>): Play<World> {
    let world: World;
    beforeEach(async () => {
        world = await start();
    });
    afterEach(async () => {
        const unread = world.party.unread;
        await world.leg.end("hungUp"); // over already, in every case
        expect([unread, world.party.unread]).toEqual([[], []]);
        await vi.waitFor(() => expect(world.leg.snapshot()).toBeUndefined());
        const end = world.reported.findIndex(({ kind }) => kind === "ended");
        if (end >= 0) expect(world.reported.slice(end + 1)).toEqual([]);
        await world.stop();
    });
    return async (run, setup, steps) => {
        for (const step of [...setup, ...steps]) {
            const isConnected = world.leg.abilities.has("reoffer");
            const goesOn = traits.resumedBeforeAnswer === "goesOn" || isConnected;
            // nothing is written of a call that its party knows nothing of
            if (run !== "straight through" && goesOn && world.leg.snapshot() !== undefined) await world.restart();
            await step(world);
        }
    };
}

/** Before the answer. A leg that was resumed then may only be able to end. */
function earlyCases<World extends LegWorld>(
    { traits }: LegsUnderTest<World>,
    play: Play<World>,
    ring: Step<World> | undefined,
): void {
    if (ring === undefined) return;
    const end: Step<World> = async ({ leg, party }) => {
        const ended = leg.end("unavailable");
        await party.receives("end");
        await ended;
        await leg.end("unavailable");
    };
    it("ends while it rings, and tells the party once", () => play("straight through", [ring], [end]));

    it("ends after a restart while it rings, and tells the party once", () =>
        play("straight through", [ring], [(world) => world.restart(), end]));

    it(`has a record while it rings, from which the next leg ${traits.resumedBeforeAnswer === "ends" ? "can end" : "goes on"}`, () =>
        play(
            "straight through",
            [ring],
            [
                async (world) => {
                    await world.restart();
                    expect(world.leg.snapshot()).toBeDefined();
                },
                end,
            ],
        ));
}

/** Within a connected call. */
function connectedCases<World extends LegWorld>(
    { traits, sdp }: LegsUnderTest<World>,
    play: Play<World>,
    run: Run,
    connect: readonly Step<World>[],
): void {
    const partyChanges =
        (offered: Sdp, answered: Sdp): Step<World> =>
        async (world) => {
            await world.party.offers(offered);
            await reports(world, { kind: "offered", sdp: offered });
            await world.leg.answerOffer(answered);
            await world.party.receives("newAnswer");
        };
    const bridgeChanges =
        (offered: Sdp, answered: Sdp): Step<World> =>
        async (world) => {
            await world.leg.reoffer(offered);
            await world.party.receives("newOffer");
            await world.party.agrees(answered);
            await reports(world, { kind: "offerAnswered", sdp: answered });
        };

    it("reports that the party hung up", () =>
        play(run, connect, [
            async (world) => {
                await world.party.ends();
                await reports(world, { kind: "ended", cause: "hungUp" });
            },
        ]));

    it("ends the call at the party once, and reports nothing of that", () =>
        play(run, connect, [
            async (world) => {
                await hangUp(world);
                await world.leg.end("hungUp");
                expect(endsIn(world)).toEqual([]);
            },
        ]));

    it("passes on offers of the party, and their answers", () =>
        play(run, connect, [
            partyChanges(sdp.partys[1], sdp.ours[1]),
            partyChanges(sdp.partys[2], sdp.ours[2]),
            hangUp,
        ]));

    it("offers another session, and reports the answer once", () =>
        play(run, connect, [
            bridgeChanges(sdp.ours[1], sdp.partys[1]),
            bridgeChanges(sdp.ours[2], sdp.partys[2]),
            hangUp,
        ]));

    it.runIf(traits.disagreement === "possible")("reports that the party rejected an offer, and the call goes on", () =>
        play(run, connect, [
            async (world) => {
                await world.leg.reoffer(sdp.ours[1]);
                await world.party.receives("newOffer");
                await world.party.disagrees();
                await reports(world, { kind: "offerRejected", cause: "noCommonMedia" });
            },
            bridgeChanges(sdp.ours[2], sdp.partys[1]),
            hangUp,
        ]),
    );

    it.each([
        ["rejects", "rejection", (world: World) => world.leg.rejectOffer("noCommonMedia")],
        ["postpones", "postponement", (world: World) => world.leg.postponeOffer()],
    ] as const)("%s an offer of the party, and the call goes on", (_verb, told, act) =>
        play(run, connect, [
            async (world) => {
                await world.party.offers(sdp.partys[1]);
                await reports(world, { kind: "offered", sdp: sdp.partys[1] });
                await act(world);
                await unlessSilent(traits, told, () => world.party.receives(told));
            },
            partyChanges(sdp.partys[2], sdp.ours[1]),
            hangUp,
        ]),
    );

    it("finds a party that is there, and reports nothing of that", () =>
        play(run, connect, [
            async (world) => {
                const before = world.reported.length;
                await world.leg.check();
                expect(world.reported).toHaveLength(before);
            },
            hangUp,
        ]));

    it("answers no offer that is not open", () =>
        play(run, connect, [
            async ({ leg }) => {
                await leg.answerOffer(sdp.ours[1]);
                await leg.rejectOffer("noCommonMedia");
                await leg.postponeOffer();
                await leg.withdrawOffer();
            },
            hangUp,
        ]));
}

async function hangUp({ leg, party }: LegWorld): Promise<void> {
    const ended = leg.end("hungUp");
    await party.receives("end");
    await ended;
}

async function unlessSilent({ silentAbout }: NetworkTraits, told: Told, wait: () => Promise<void>): Promise<void> {
    if (!silentAbout.has(told)) await wait();
}

/** The last event that the leg has reported is this one. */
async function reports({ reported }: LegWorld, event: LegEvent): Promise<void> {
    await vi.waitFor(() => expect(reported.filter(isOfParty).at(-1)).toEqual(event), 5_000);
}

function endsIn({ reported }: LegWorld): readonly LegEvent[] {
    return reported.filter(({ kind }) => kind === "ended");
}

function isOfParty({ kind }: LegEvent): boolean {
    return kind !== "recordChanged" && kind !== "candidates" && kind !== "identified";
}
