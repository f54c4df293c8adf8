using System;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>A client as the library knew it at the time of the question. A property that does not apply is null.</summary>
[JsonConverter(typeof(ReplyConverter<ClientInfo>))]
public sealed class ClientInfo : Reply
{
    /// <inheritdoc/>
    public ClientInfo(string json)
        : base(json)
    {
    }

    internal ClientInfo(Answer answer)
        : base(answer)
    {
    }

    /// <summary>Nothing in it is secret; its token is what is known of one.</summary>
    internal override ReadOnlySpan<byte> Shown(out bool isJson)
    {
        isJson = true;
        return Utf8.Span;
    }

    /// <summary>The platform: <c>hst</c>, <c>youme</c> or <c>avd</c>.</summary>
    public string? Platform => GetText("platform");

    /// <summary>Scheme, host and port; null where they are discovered.</summary>
    public string? BaseUrl => GetText("base_url");

    /// <summary>avd: how parameters travel to this deployment, as the client has learnt or was told: <c>get</c> or <c>post</c>.</summary>
    public string? HttpMethod => GetText("http_method");

    /// <summary>youme: by how much the platform's clock is ahead of this machine's.</summary>
    public TimeSpan? ClockOffset => GetDuration("clock_offset_s", isMilliseconds: false);

    /// <summary>The proxy, where the configuration has one.</summary>
    public ProxyInfo? Proxy => GetObject("proxy", static (json, path) => new ProxyInfo(json, path));

    /// <summary>The source address or network interface, where the configuration has one.</summary>
    public string? Bind => GetText("bind");

    /// <summary><c>4</c> or <c>6</c>, where the configuration has one of them.</summary>
    public string? IpVersion => GetText("ip_version");

    /// <summary>Whom the client trusts over TLS.</summary>
    public TlsInfo? Tls => GetObject("tls", static (json, path) => new TlsInfo(json, path));

    /// <summary>hst and avd: all about the token but the token itself.</summary>
    public TokenInfo? Token => Member(Json, "token") is { ValueKind: JsonValueKind.Object }
        ? GetObject("token", (json, path) => new TokenInfo(json, path))
        : null;

    /// <summary>The proxy on the way to the base address.</summary>
    [JsonConverter(typeof(ReplyConverter<ProxyInfo>))]
    public sealed class ProxyInfo : ReplyObject
    {
        internal ProxyInfo(JsonElement json, ReplyPath path)
            : base(json, path)
        {
        }

        /// <summary>Its scheme, host and port, without user and password; null where the way leads past every proxy.</summary>
        public string? Address => GetText("address");

        /// <summary>
        /// What says so: <c>proxy</c> for the configuration, or the name of an environment variable; null where none says anything.
        /// </summary>
        public string? Source => GetText("source");
    }

    /// <summary>Whom a client trusts over TLS.</summary>
    [JsonConverter(typeof(ReplyConverter<TlsInfo>))]
    public sealed class TlsInfo : ReplyObject
    {
        internal TlsInfo(JsonElement json, ReplyPath path)
            : base(json, path)
        {
        }

        /// <summary><c>bundled</c>, <c>system</c> or <c>none</c>.</summary>
        public string? Roots => GetText("roots");

        /// <summary>The number of certificates in <c>CaFile</c> and <c>CaPem</c>.</summary>
        public long? Authorities => GetInteger("authorities");

        /// <summary>The number of pins.</summary>
        public long? Pins => GetInteger("pins");

        /// <summary>Whether the client has a certificate of its own.</summary>
        public bool? ClientCertificate => GetBoolean("client_certificate");

        /// <summary><c>1.2</c> or <c>1.3</c>.</summary>
        public string? MinVersion => GetText("min_version");

        /// <summary>The name that the server's certificate has to have, where one is configured.</summary>
        public string? ServerName => GetText("server_name");

        /// <summary>Why no certificate is verified; null where they are.</summary>
        public string? Insecure => GetText("insecure");
    }

    /// <summary>A client's token as the library knows it. The token itself is not there.</summary>
    [JsonConverter(typeof(ReplyConverter<TokenInfo>))]
    public sealed class TokenInfo : ReplyObject
    {
        internal TokenInfo(JsonElement json, ReplyPath path)
            : base(json, path)
        {
        }

        /// <summary><c>fetched</c>, <c>fixed</c> or <c>provided</c>.</summary>
        public string? Source => GetText("source");

        /// <summary>Where it is shared with other processes: <c>file</c> or <c>redis</c>.</summary>
        public string? Store => GetText("store");

        /// <summary>0 as long as there was none; grows with each.</summary>
        public long? Generation => GetInteger("generation");

        /// <summary>How old it is.</summary>
        public TimeSpan? Age => GetDuration("age_ms", isMilliseconds: true);

        /// <summary>When it expires, from now; null where its lifetime is not known.</summary>
        public TimeSpan? ExpiresIn => GetDuration("expires_in_ms", isMilliseconds: true);

        /// <summary>Somebody else is fetching tokens for this account, or the token store fails.</summary>
        public string? Warning => GetText("warning");
    }
}
