/**
 * Commands of an admin in the world of the lab, in this order, and a part of the answer to each. Changes that later specs would
 * notice are undone.
 */
export const COMMAND_ANSWERS: readonly (readonly [command: string, answer: string])[] = [
    ["block +442079460199", "Calls from +442079460199 are rejected. Send undo"],
    ["unblock +442079460199", "Calls from +442079460199 are accepted again."],
    ["allow @carol:matrix.example +4420* 2h", "@carol:matrix.example can call +4420* for 2 h."],
    ["deny @carol:matrix.example +4420794601*", "@carol:matrix.example cannot call +4420794601*."],
    ["route @carol:matrix.example +442079460188", "Rejected: no rule"],
    ["map +442079460178 @alice:matrix.example", "Calls to +442079460178 reach @alice:matrix.example."],
    ["unmap +442079460178", "Calls to +442079460178 are rejected."],
    ["dnd 1h", "Phone calls don't ring you for 1 h."],
    ["dnd off", "Phone calls ring you again."],
    ["dial +442079460188", "https://matrix.to/#/"],
    ["phone desk", "There is no account desk."],
    ["trunk trunk register", "The bridge does not register at trunk."],
    ["testcall", "Neither a number was given nor control.echoNumber is set."],
    ["trace +4920 5", "No SIP messages are kept for +4920 in the last 5 minutes."],
    ["keys 1", "You have no call in this room."],
    ["unhold", "You have no call in this room."],
    ["transfer 2001", "You have no call in this room."],
    ["hangup all", "This ends all 0 calls. Send yes within a minute to confirm."],
    ["no", "Nothing was changed."],
];
