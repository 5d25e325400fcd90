"use strict";

// The native addon this package stands in for is a binary fetched from outside the npm registry, and
// @vector-im/matrix-bot-sdk requires it at load time even when nothing is encrypted. Reading a name from it is
// therefore allowed; using what was read is not, and says so.
const message =
    "End-to-end encryption is not built into this installation of matrix-appservice-sip " +
    "(@matrix-org/matrix-sdk-crypto-nodejs is replaced by a stub, see package.json `overrides`).";

function unavailable(name) {
    const refuse = () => {
        throw new Error(`${name}: ${message}`);
    };
    return new Proxy(function Unavailable() {}, {
        apply: refuse,
        construct: refuse,
        // enum members and static functions are read at load time by some versions of the SDK
        get: (target, key) => (typeof key === "symbol" || key in target ? target[key] : unavailable(`${name}.${key}`)),
    });
}

module.exports = new Proxy(
    {},
    {
        get: (target, key) =>
            typeof key === "symbol" || key === "__esModule" ? target[key] : unavailable(String(key)),
    },
);
