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
    /** Where other homeservers reach it, if it federates; with `tls.crt` and `tls.key` in its directory. */
    readonly federationPort: number | undefined;
    /** Rejects every invitation, from local and remote users. */
    readonly rejectsInvitations: boolean;
}

const unlimited = { per_second: 10_000, burst_count: 10_000 };

/**
 * homeserver.yaml (JSON is YAML): one process on SQLite, no rate limits, no federation unless it has a port for it, and
 * nothing that would look outside this machine.
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
            ...federationListeners(settings, bindAddress),
        ],
        ...federationSettings(settings),
        block_non_admin_invites: settings.rejectsInvitations,
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
        rc_federation: {
            window_size: 1_000,
            sleep_limit: 10_000,
            sleep_delay: 1,
            reject_limit: 10_000,
            concurrent: 100,
        },
    });
}

function federationListeners({ federationPort }: SynapseSettings, bindAddress: string): readonly object[] {
    if (federationPort === undefined) return [];
    const listener = { port: federationPort, bind_addresses: [bindAddress], type: "http", tls: true };
    return [{ ...listener, resources: [{ names: ["federation"] }] }];
}

function federationSettings({ federationPort, directory }: SynapseSettings): object {
    if (federationPort === undefined) return { federation_domain_whitelist: [] };
    return {
        tls_certificate_path: `${directory}/tls.crt`,
        tls_private_key_path: `${directory}/tls.key`,
        // the certificates are self-signed
        federation_verify_certificates: false,
        ip_range_blacklist: [],
        federation_ip_range_blacklist: [],
        // a homeserver that was down is tried again immediately, not after ten minutes
        federation: {
            destination_min_retry_interval: "1s",
            destination_max_retry_interval: "1s",
            destination_retry_multiplier: 1,
        },
    };
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
