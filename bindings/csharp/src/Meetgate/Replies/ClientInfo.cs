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

    /// <summary>hst and avd: all about the token but the token itself.</summary>
    public TokenInfo? Token => Member(Json, "token") is { ValueKind: JsonValueKind.Object }
        ? GetObject("token", (json, path) => new TokenInfo(json, path))
        : null;

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
