using System;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>How long a call took. A part that did not take place is null.</summary>
[JsonConverter(typeof(ReplyConverter<CallDurations>))]
public sealed class CallDurations : ReplyObject
{
    internal CallDurations(JsonElement json, ReplyPath path)
        : base(json, path)
    {
    }

    /// <summary>The whole call, with its repeats and pauses.</summary>
    public TimeSpan? Total => GetMilliseconds("total");

    /// <summary>Of one attempt: looking up the host's name.</summary>
    public TimeSpan? LookUp => GetMilliseconds("look_up");

    /// <summary>Of one attempt: connecting.</summary>
    public TimeSpan? Connect => GetMilliseconds("connect");

    /// <summary>Of one attempt: the TLS handshake.</summary>
    public TimeSpan? Tls => GetMilliseconds("tls");

    /// <summary>Of one attempt: from there to the first byte of the answer.</summary>
    public TimeSpan? Wait => GetMilliseconds("wait");

    /// <summary>Of one attempt: from the first byte of the answer to its last.</summary>
    public TimeSpan? Read => GetMilliseconds("read");
}
