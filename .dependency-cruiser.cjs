/** Which way imports may point. docs/design/architecture.md draws it; `npm run check` enforces it. */
const adapters = "matrix|sip|media|store|sms";

module.exports = {
    forbidden: [
        { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
        {
            name: "the-domain-is-pure",
            comment: "lib/call imports nothing outside lib/call",
            severity: "error",
            from: { path: "^lib/call/" },
            to: { pathNot: "^lib/call/" },
        },
        {
            name: "numbering-is-pure",
            severity: "error",
            from: { path: "^lib/numbering/" },
            to: { pathNot: ["^lib/(call|numbering)/", "node_modules/libphonenumber-js"] },
        },
        {
            name: "messages-are-pure",
            comment: "lib/message imports nothing but lib/numbering",
            severity: "error",
            from: { path: "^lib/message/" },
            to: { pathNot: "^lib/(message|numbering)/" },
        },
        {
            name: "session-descriptions-are-pure",
            comment: "lib/sdp is the only place that parses and writes SDP",
            severity: "error",
            from: { path: "^lib/sdp/" },
            to: { pathNot: ["^lib/(sdp|call)/", "node_modules/(sdp-transform|lru-cache)"] },
        },
        {
            name: "one-door-to-sdp-transform",
            severity: "error",
            from: { path: "^lib/", pathNot: "^lib/sdp/sessionDescription[.]ts$" },
            to: { path: "node_modules/(@types/)?sdp-transform" },
        },
        {
            name: "ports-are-types",
            severity: "error",
            from: { path: "^lib/ports/" },
            to: { pathNot: "^lib/(ports|call|message|numbering)/" },
        },
        {
            name: "the-delivery-knows-no-adapter",
            severity: "error",
            from: { path: "^lib/delivery/" },
            to: { path: `^lib/(${adapters}|desk|sip-server|config)/` },
        },
        {
            name: "the-desk-knows-no-adapter",
            severity: "error",
            from: { path: "^lib/desk/" },
            to: { path: `^lib/(${adapters}|sip-server|config)/` },
        },
        {
            name: "adapters-know-neither-each-other-nor-the-desk",
            severity: "error",
            from: { path: `^lib/(${adapters})/` },
            // the log of unknown senders is the same on both sides of the SIP server's connection
            to: {
                path: `^lib/(${adapters}|desk|delivery|sip-server)/`,
                pathNot: ["^lib/$1/", "^lib/sip-server/transport/SourceLog[.]ts$"],
            },
        },
        {
            name: "records-know-no-adapter",
            severity: "error",
            from: { path: "^lib/records/" },
            to: { path: "^lib/", pathNot: "^lib/(records|ports|call|numbering)/" },
        },
        {
            name: "administration-knows-no-adapter",
            severity: "error",
            from: { path: "^lib/admin/" },
            to: { path: "^lib/", pathNot: "^lib/(admin|records|ports|call|numbering|config/(nearestWord|HostPort))" },
        },
        {
            name: "configuration-knows-no-part-of-the-bridge",
            comment: "lib/config parses, checks and describes; what is built from it is in lib/assembly",
            severity: "error",
            from: { path: "^lib/config/" },
            to: { path: "^lib/", pathNot: "^lib/(config|numbering|sip-server/ipAddresses)" },
        },
        {
            name: "telemetry-knows-no-adapter",
            severity: "error",
            from: { path: "^lib/telemetry/" },
            to: { path: "^lib/", pathNot: "^lib/(telemetry|records|ports|call)/" },
        },
        {
            name: "small-adapters-know-their-port",
            severity: "error",
            from: { path: "^lib/(web|hep)/" },
            to: { path: "^lib/", pathNot: "^lib/($1|ports|records|numbering)/" },
        },
        {
            name: "the-live-check-needs-no-running-bridge",
            severity: "error",
            from: { path: "^lib/liveCheck/" },
            to: { path: "^lib/(admin|call|commandLine|delivery|desk|message|records|sms|store|web|hep)/" },
        },
        {
            name: "the-sip-server-stands-alone",
            severity: "error",
            from: { path: "^lib/sip-server/" },
            to: { path: "^lib/", pathNot: "^lib/sip-server/" },
        },
        {
            name: "nothing-imports-the-composition-root",
            severity: "error",
            from: { path: "^lib/", pathNot: "^lib/(main[.]ts$|commandLine/|assembly/assembleBridge[.]ts$)" },
            to: { path: "^lib/(main[.]ts$|commandLine/|assembly/(assembleBridge|startSip)[.]ts$)" },
        },
        {
            name: "only-the-command-line-checks-live",
            comment: "it sees every side, as the composition root does, and opens sockets of its own",
            severity: "error",
            from: { path: "^lib/", pathNot: "^lib/(commandLine/|liveCheck/)" },
            to: { path: "^lib/liveCheck/" },
        },
        { name: "lib-imports-no-test", severity: "error", from: { path: "^lib/" }, to: { path: "^(spec|lab|bench)/" } },
        {
            name: "one-door-to-drachtio",
            severity: "error",
            from: { path: "^lib/", pathNot: "^lib/sip/drachtio/connectDrachtio[.]ts$" },
            to: { path: "node_modules/drachtio-srf" },
        },
        {
            name: "one-door-to-undici",
            severity: "error",
            from: { path: "^lib/", pathNot: "^lib/matrix/homeserver/HomeserverHttp[.]ts$" },
            to: { path: "node_modules/undici/" },
        },
        {
            name: "one-door-to-the-framework",
            comment:
                "its import loads a native addon's stub and an HTTP stack: only the Matrix adapter and the stores need it",
            severity: "error",
            from: { path: "^lib/", pathNot: "^lib/(matrix|store)/" },
            to: { path: "node_modules/matrix-appservice-bridge" },
        },
        {
            name: "unit-specs-stay-off-the-framework",
            severity: "error",
            from: { path: "^spec/unit/" },
            to: { path: "node_modules/(matrix-appservice-bridge|drachtio-srf)", reachable: true },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        tsConfig: { fileName: "tsconfig.json" },
        tsPreCompilationDeps: true,
        enhancedResolveOptions: { extensions: [".ts", ".js", ".mjs", ".cjs", ".json"] },
    },
};
