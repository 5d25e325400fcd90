import type { Config } from "../config/Config.generated.ts";
import { messageRulesOf } from "../config/messageRules.ts";
import { DialPlanRouting } from "../delivery/DialPlanRouting.ts";
import { MessageDelivery } from "../delivery/MessageDelivery.ts";
import type { MatrixMessageOptions } from "../matrix/assembleMatrix.ts";
import { DialPlan } from "../numbering/DialPlan.ts";
import type { Log } from "../ports/Log.ts";
import type { MessageRouting } from "../ports/MessageRouting.ts";
import type { MessageTelemetry } from "../ports/MessageTelemetry.ts";
import type { PeerFeatures } from "../ports/PeerFeatures.ts";
import type { PhoneBook } from "../ports/PhoneBook.ts";
import type { TypingSink } from "../ports/TypingSink.ts";
import { JournalMessages } from "../store/JournalMessages.ts";
import { PeerFeaturesFile } from "../store/PeerFeaturesFile.ts";
import { systemClock } from "../telemetry/systemClock.ts";
import type { OnStarted } from "./Stoppable.ts";

/** The middle of messaging: what both sides are built with. */
export interface Messaging {
    readonly delivery: MessageDelivery;
    readonly features: PeerFeatures;
    readonly routing: MessageRouting;
    readonly plan: DialPlan;
    readonly telemetry: MessageTelemetry;
}

const HOUR_MS = 3_600_000;
const MEGABYTE = 1_000_000;
/** How long receipts and repetitions of a message are recognised. */
const KEEP_MS = 7 * 24 * HOUR_MS;
const MAX_FINISHED = 50_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 300_000;
const CONCURRENT_ATTEMPTS = 100;

/** Opens the journal of messages. Delivers nothing yet: see `MessageDelivery.start`. */
export function openMessages(
    config: Config,
    {
        log,
        telemetry,
        phoneBook,
    }: { readonly log: Log; readonly telemetry: MessageTelemetry; readonly phoneBook: PhoneBook | undefined },
    onStarted: OnStarted,
): Messaging {
    const { messaging, store: files } = config;
    const store = JournalMessages.open(files.path, { keepMs: KEEP_MS, maxFinished: MAX_FINISHED }, systemClock, log);
    onStarted({ name: "journal of messages", stop: () => store.close() });
    const delivery = new MessageDelivery({
        store,
        clock: systemClock,
        log,
        telemetry,
        policy: {
            maxAgeMs: messaging.retryHours * HOUR_MS,
            offlineMs: messaging.offlineHours * HOUR_MS,
            firstRetryMs: FIRST_RETRY_MS,
            longestRetryMs: LONGEST_RETRY_MS,
        },
        maxWaiting: messaging.maxWaiting,
        maxWaitingCharacters: messaging.maxWaiting * messaging.maxBytes,
        concurrency: CONCURRENT_ATTEMPTS,
    });
    const plan = new DialPlan(messageRulesOf(config));
    return {
        delivery,
        plan,
        features: PeerFeaturesFile.open(files.path, log),
        routing: new DialPlanRouting(plan, phoneBook),
        telemetry,
    };
}

/** What the Matrix side of messaging is built with. @param typingToSip shows typing on the SIP side */
export function matrixMessageOptions(
    { messaging }: Config,
    { delivery, routing, plan, telemetry }: Messaging,
    typingToSip: TypingSink,
): MatrixMessageOptions {
    const { files, web } = messaging;
    const maxBytes = files.maxMegabytes * MEGABYTE;
    return {
        intake: delivery,
        routing,
        plan,
        telemetry,
        readReceipts: messaging.readReceipts,
        ...(messaging.typing && { typingToSip }),
        options: {
            notices: messaging.notices,
            reactions: messaging.reactions,
            limit: { perMinute: messaging.perMinute, burst: messaging.burst },
            maxBytes: messaging.maxBytes,
            maxAgeMs: messaging.retryHours * HOUR_MS,
        },
        files: { allowedHosts: new Set(files.allowedHosts.map((host) => host.toLowerCase())), maxBytes },
        ...(web !== undefined && {
            links: { publicUrl: web.publicUrl.replace(/\/$/, ""), validMs: files.linkHours * HOUR_MS, maxBytes },
        }),
    };
}
