using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>
/// What happened in a client, as <see cref="MeetgateClient.SetLog"/> tells it. It holds no key, no token and no parameter. A property
/// that does not apply is null.
/// </summary>
[JsonConverter(typeof(ReplyConverter<MeetgateEvent>))]
public sealed class MeetgateEvent : Reply
{
    /// <summary>An event that a program makes, for its own tests.</summary>
    /// <param name="json">The event as JSON text.</param>
    public MeetgateEvent(string json)
        : base(json)
    {
    }

    internal MeetgateEvent(Answer answer)
        : base(answer)
    {
    }

    /// <summary>When it was.</summary>
    public DateTimeOffset? Time => GetTime("time_ms", isMilliseconds: true);

    /// <summary>How much it matters.</summary>
    public MeetgateLogLevel Level => GetText("level") switch
    {
        "error" => MeetgateLogLevel.Error,
        "warning" => MeetgateLogLevel.Warning,
        "info" => MeetgateLogLevel.Info,
        _ => MeetgateLogLevel.Debug,
    };

    /// <summary>
    /// What happened: <c>attempt</c> (a request went out, and its answer came or did not), <c>retry</c> (it will go out again),
    /// <c>call</c> (a call is over), <c>token_fetched</c>, <c>token_adopted</c> (another process had fetched it), <c>token_buried</c>
    /// (the platform refused it), <c>token_paused</c> (none could be had, and none is asked for during <see cref="Pause"/>),
    /// <c>events_connected</c> (a session of events is logged in), <c>events_lost</c> (its connection broke or could not be made). More
    /// may come.
    /// </summary>
    public string? Name => GetText("event");

    /// <summary>The platform: <c>hst</c>, <c>youme</c> or <c>avd</c>.</summary>
    public string? Platform => GetText("platform");

    /// <summary>The operation, such as <c>avd.room.read</c>; <c>raw</c> for a raw call.</summary>
    public string? Operation => GetText("operation");

    /// <summary><c>token</c> or <c>address</c>, where the request is what the call needs before its own.</summary>
    public string? Ahead => GetText("ahead");

    /// <summary>Which attempt of the call it was.</summary>
    public long? Attempt => GetInteger("attempt");

    /// <summary>How many attempts there were.</summary>
    public long? Attempts => GetInteger("attempts");

    /// <summary>
    /// <c>OK</c>, or the word of the failure, as <see cref="MeetgateException.StatusName"/>. Of an attempt: <c>API</c> for a number of the
    /// platform's own, <c>HTTP</c> for any other answer that is no success.
    /// </summary>
    public string? StatusName => GetText("status");

    /// <summary>The platform's number.</summary>
    public long? Code => GetInteger("code");

    /// <summary>Why it failed, in one sentence.</summary>
    public string? Message => GetText("message");

    /// <summary>The HTTP status of the answer.</summary>
    public long? HttpStatus => GetInteger("http_status");

    /// <summary>The number to quote to the vendor, where the platform has one.</summary>
    public string? RequestId => GetText("request_id");

    /// <summary>How long it took: of a call <see cref="CallDurations.Total"/>, of an attempt its parts.</summary>
    public CallDurations? Durations => GetObject("ms", static (json, path) => new CallDurations(json, path));

    /// <summary>Of an attempt: bytes that were sent, with the head.</summary>
    public long? SentBytes => GetInteger("sent_bytes");

    /// <summary>Of an attempt: bytes that came, with the head.</summary>
    public long? ReceivedBytes => GetInteger("received_bytes");

    /// <summary>Of an attempt that had a connection: whether it was kept from another call.</summary>
    public bool? ReusedConnection => GetBoolean("reused_connection");

    /// <summary>Which token it was; not the token.</summary>
    public long? TokenGeneration => GetInteger("token_generation");

    /// <summary>How long a new token lives, where the platform tells it.</summary>
    public TimeSpan? Lifetime => GetDuration("lifetime_ms", isMilliseconds: true);

    /// <summary>Why the client verifies no certificate (<c>InsecureReason</c>), where it does not.</summary>
    public string? Insecure => GetText("insecure");

    /// <summary>How long before the next attempt, the next token or the next connection of a session of events.</summary>
    public TimeSpan? Pause => GetDuration("pause_ms", isMilliseconds: true);

    /// <summary>The event in one line, for people: <c>avd.room.read: call, OK, HTTP 200, 3.1 ms</c>.</summary>
    public override string ToString()
    {
        try
        {
            return Name is { } name ? Described(name) : base.ToString();
        }
        catch (MeetgateProtocolException)
        {
            // One that a program made, with other members.
            return base.ToString();
        }
    }

    private string Described(string name)
    {
        List<string> parts = [];
        if (name.StartsWith("token_", StringComparison.Ordinal))
        {
            parts.Add($"{Platform}: token {name.Substring("token_".Length)}");
            if (TokenGeneration is { } generation)
            {
                parts.Add("generation " + Number(generation));
            }
        }
        else
        {
            string attempt = Attempt is { } number ? " " + Number(number) : "";
            string ahead = Ahead == null ? "" : " for the " + Ahead;
            parts.Add($"{Operation ?? Platform}: {name}{attempt}{ahead}");
        }
        if (StatusName is { } status)
        {
            parts.Add(status);
        }
        if (Code is { } code)
        {
            parts.Add(Number(code));
        }
        if (HttpStatus is { } httpStatus)
        {
            parts.Add("HTTP " + Number(httpStatus));
        }
        if (Pause is { } pause)
        {
            parts.Add($"again after {Number((long)pause.TotalMilliseconds)} ms");
        }
        if (Took() is { } took)
        {
            parts.Add(took.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms");
        }
        string line = string.Join(", ", parts);
        return Message == null ? line : line + ": " + Message;
    }

    private TimeSpan? Took() => Durations is { } part
        ? part.Total ?? Of(part.LookUp) + Of(part.Connect) + Of(part.Tls) + Of(part.Wait) + Of(part.Read)
        : null;

    private static TimeSpan Of(TimeSpan? part) => part ?? TimeSpan.Zero;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
