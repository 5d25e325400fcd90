import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import prettier from "eslint-config-prettier";
import globals from "globals";

const noTemplateInLog = {
    selector:
        "CallExpression[callee.property.name=/^(debug|info|warn|error)$/][callee.object.name=/[lL]og$/] > TemplateLiteral.arguments:first-child",
    message: "A log message is constant; what varies goes into its fields.",
};

const parsedTypes =
    "/^(?:PhoneNumber|SipAddress|CalledParty|MatrixUserId|MatrixRoomId|NumberPattern|UserTemplate|Sdp)$/";
/** What comes from outside is parsed once, where it enters: only the parser of a type makes values of it. */
const noForgedType = {
    selector: [
        `TSAsExpression > TSTypeReference > Identifier[name=${parsedTypes}]`,
        `TSTypeAssertion > TSTypeReference > Identifier[name=${parsedTypes}]`,
        "TSAsExpression > TSNeverKeyword",
        "TSTypeAssertion > TSNeverKeyword",
    ].join(", "),
    message: "Use the parser of the type (lib/numbering, lib/sdp): a cast lets unparsed text through.",
};
const identityHeaders =
    "/^(?:p-asserted-identity|p-preferred-identity|remote-party-id|diversion|history-info|referred-by)$/";
/** Headers that name a caller, which any sender can write: lib/sip/identity decides what is shown of them. */
const noRawIdentity = {
    selector: [
        "CallExpression[callee.property.name='get'] > Literal[value=/^from$/]",
        "CallExpression[callee.property.name='get'] > TemplateLiteral > TemplateElement[value.raw=/^from$/]",
        `CallExpression[callee.property.name='get'] > Literal[value=${identityHeaders}]`,
        // by another name
        "VariableDeclarator > Literal[value=/^(?:p-asserted-identity|p-preferred-identity|remote-party-id|history-info|referred-by)$/]",
        `CallExpression[callee.property.name='get'] > TemplateLiteral > TemplateElement[value.raw=${identityHeaders}]`,
    ].join(", "),
    message: "Use lib/sip/identity: the header names somebody who may not be the sender.",
};

export default defineConfig(
    globalIgnores(["dist/", "build/", ".lab/", "coverage/", "stubs/"]),
    tseslint.configs.strictTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
            "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
            "no-console": "error",
            "no-restricted-syntax": ["error", noTemplateInLog],
            "@typescript-eslint/require-await": "error",
            "@typescript-eslint/switch-exhaustiveness-check": [
                "error",
                { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
            ],
            "@typescript-eslint/consistent-type-imports": "error",
            "@typescript-eslint/consistent-type-definitions": "off",
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
            "@typescript-eslint/no-confusing-void-expression": [
                "error",
                { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
            ],
        },
    },
    {
        files: ["lib/**"],
        ignores: ["lib/numbering/**", "lib/sdp/**"],
        rules: { "no-restricted-syntax": ["error", noTemplateInLog, noForgedType, noRawIdentity] },
    },
    {
        // the SIP server forwards headers without checking them; CPIM has headers of its own
        files: ["lib/sip/identity/**", "lib/sip/message/format/cpim.ts", "lib/sip-server/**"],
        rules: { "no-restricted-syntax": ["error", noTemplateInLog, noForgedType] },
    },
    {
        files: ["spec/**", "lab/**", "bench/**"],
        rules: { "max-lines-per-function": "off", "no-console": "off" },
    },
    {
        files: ["**/*.mjs", "**/*.cjs", "lab/browser/**"],
        extends: [tseslint.configs.disableTypeChecked],
        languageOptions: { globals: { ...globals.node, ...globals.browser } },
        rules: { "no-console": "off" },
    },
    prettier,
);
