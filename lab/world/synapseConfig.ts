/** What a lab homeserver is made of. */
export interface SynapseSettings {
    readonly serverName: string;
    readonly port: number;
    readonly directory: string;
    readonly registrationSharedSecret: string;
    /** Paths of application service registrations. */
    readonly registrations: readonly string[];
    /** Synapse's `experimental_features`, as its documentation names them. */
    readonly experimentalFeatures: Readonly<Record<string, unknown>>;
}

const unlimited = { per_second: 10_000, burst_count: 10_000 };

/**
 * homeserver.yaml (JSON is YAML): one process on SQLite, no federation, no rate limits, and nothing that would look
 * outside this machine.
 */
export function synapseConfig(settings: SynapseSettings, bindAddress: string): string {
    const { directory } = settings;
    return JSON.stringify({
        server_name: settings.serverName,
        public_baseurl: `http://${bindAddress}:${settings.port}/`,
        listeners: [
            {
                port: settings.port,
                bind_addresses: [bindAddress],
                type: "http",
                tls: false,
                resources: [{ names: ["client"] }],
            },
        ],
        database: { name: "sqlite3", args: { database: `${directory}/homeserver.db` } },
        log_config: `${directory}/log.yaml`,
        media_store_path: `${directory}/media`,
        signing_key_path: `${directory}/signing.key`,
        pid_file: `${directory}/homeserver.pid`,
        registration_shared_secret: settings.registrationSharedSecret,
        macaroon_secret_key: settings.registrationSharedSecret,
        form_secret: settings.registrationSharedSecret,
        app_service_config_files: settings.registrations,
        experimental_features: settings.experimentalFeatures,
        // The lab's passwords protect nothing: the fewest rounds bcrypt allows.
        bcrypt_rounds: 4,
        enable_registration: false,
        report_stats: false,
        trusted_key_servers: [],
        suppress_key_server_warning: true,
        federation_domain_whitelist: [],
        url_preview_enabled: false,
        presence: { enabled: false },
        rc_message: unlimited,
        rc_registration: unlimited,
        rc_login: { address: unlimited, account: unlimited, failed_attempts: unlimited },
        rc_admin_redaction: unlimited,
        rc_joins: { local: unlimited, remote: unlimited },
        rc_joins_per_room: unlimited,
        rc_invites: { per_room: unlimited, per_user: unlimited, per_issuer: unlimited },
        rc_room_creation: unlimited,
    });
}

/** log.yaml: to stderr, which the lab keeps as the process's log. */
export function synapseLogConfig(): string {
    return JSON.stringify({
        version: 1,
        formatters: { plain: { format: "%(asctime)s %(levelname)s %(name)s %(message)s" } },
        handlers: { console: { class: "logging.StreamHandler", formatter: "plain" } },
        root: { level: "INFO", handlers: ["console"] },
        disable_existing_loggers: false,
    });
}
