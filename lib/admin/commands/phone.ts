import { nearestWord } from "../../config/nearestWord.ts";
import { failed, textAnswer } from "../Answer.ts";
import { choice, optional, word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";
import { timeText } from "../describe.ts";

export const phone = defineCommand({
    name: "phone",
    level: "operator",
    effect: "act",
    summary: "Shows the phones of an account, or removes their registrations.",
    details: "A phone whose registration was removed can register again. Its calls continue.",
    arguments: {
        account: word("account of the phone", "alice-desk"),
        action: optional(choice("what to do", ["show", "drop"])),
    },
    examples: ["phone alice-desk", "phone alice-desk drop"],
    confirm: ({ account, action }, { administration: { phones } }) =>
        action === "drop" && phones.all().some((known) => known.account === account)
            ? `The phones of ${account} will not ring until they register again.`
            : undefined,
    run: async ({ account, action = "show" }, { administration: { phones } }) => {
        const found = phones.all().find((known) => known.account === account);
        if (found === undefined) {
            const nearest = nearestWord(
                account,
                phones.all().map((known) => known.account),
            );
            const advice = nearest === undefined ? "Send phones for a list." : `Did you mean ${nearest}?`;
            return failed(`There is no account ${account}.`, advice);
        }
        if (action === "drop") {
            await phones.drop(account);
            return textAnswer(`The registrations of ${account} were removed.`);
        }
        if (found.contacts.length === 0)
            return textAnswer(`No phone is registered for ${account} (${found.user}).`, found);
        const items = found.contacts.map(
            ({ uri, source, expiresAt }) => `${uri} from ${source}, until ${timeText(expiresAt)}`,
        );
        return {
            blocks: [
                { kind: "text", text: `${account} belongs to ${found.user}.` },
                { kind: "list", items },
            ],
            data: found,
        };
    },
});
