using System;
using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>A token that a token provider gives. A text turns into one by itself.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ProvidedToken
{
    /// <summary>A token, and how long it will live.</summary>
    /// <param name="token">Printable ASCII without spaces.</param>
    /// <param name="lifetime">From now on, at least a second; null where that is not known.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is over.</exception>
    public ProvidedToken(string token, TimeSpan? lifetime = null)
    {
        Token = Required.NotNull(token, nameof(token));
        // For the C library 0 would mean that it is not known.
        if (lifetime < TimeSpan.FromSeconds(1))
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "expected at least 1 second, or null");
        }
        Lifetime = lifetime;
    }

    /// <summary>The token.</summary>
    [JsonConverter(typeof(SecretTextConverter))]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Token { get; }

    /// <summary>How long it lives from now on; null where that is not known.</summary>
    public TimeSpan? Lifetime { get; }

    /// <summary>A token whose lifetime is not known. A null stays null, which is no token.</summary>
    /// <param name="token">Printable ASCII without spaces.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(token))]
    public static implicit operator ProvidedToken?(string? token) => token == null ? null : FromString(token);

    /// <summary>A token whose lifetime is not known.</summary>
    /// <param name="token">Printable ASCII without spaces.</param>
    public static ProvidedToken FromString(string token) => new(token);

    /// <summary>All but the token.</summary>
    public override string ToString() => Lifetime is { } lifetime ? "*** for " + lifetime : "***";
}
