using System;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>
/// What happened in the groups of an application of hst, or to the session, as a <see cref="HstEventSession"/> tells it. A property
/// that does not apply is null.
/// </summary>
[JsonConverter(typeof(ReplyConverter<HstEvent>))]
public sealed class HstEvent : Reply
{
    private MeetgateException? error;

    /// <summary>An event that a program makes, for its own tests.</summary>
    /// <param name="json">The event as JSON text.</param>
    public HstEvent(string json)
        : base(json)
    {
    }

    internal HstEvent(Answer answer)
        : base(answer)
    {
    }

    /// <summary>What it says.</summary>
    public HstEventType Type => GetText("type") switch
    {
        "connected" => HstEventType.Connected,
        "state" => HstEventType.State,
        "joined" => HstEventType.Joined,
        "left" => HstEventType.Left,
        "started" => HstEventType.Started,
        "stopped" => HstEventType.Stopped,
        "recording" => HstEventType.Recording,
        "other" => HstEventType.Other,
        "disconnected" => HstEventType.Disconnected,
        "closed" => HstEventType.Closed,
        _ => HstEventType.Unknown,
    };

    /// <summary>The gateway's number of the message, such as 20100 where somebody joined.</summary>
    public long? Id => GetInteger("id");

    /// <summary>
    /// The application. Of a recording it is null where neither the message nor the full states tell whose it is.
    /// </summary>
    public string? AppId => GetText("app_id");

    /// <summary>The group.</summary>
    public string? GroupId => GetText("group_id");

    /// <summary>Counts up by one within an application. Two different events may have the same.</summary>
    public long? Version => GetInteger("version");

    /// <summary>Of a full state: why there is one.</summary>
    public HstStateReason? Reason => GetWord("reason", static word => word switch
    {
        "opened" => HstStateReason.Opened,
        "reconnected" => HstStateReason.Reconnected,
        "gap" => HstStateReason.Gap,
        "overflow" => HstStateReason.Overflow,
        "unasked" => HstStateReason.Unasked,
        _ => HstStateReason.Unknown,
    });

    /// <summary>
    /// The gateway's own message as it came: <c>user_id</c>, <c>media_id</c>, <c>media_type</c> and the like are in it.
    /// </summary>
    public JsonElement? Data => GetJson("data");

    /// <summary>Why there is no connection. It was not thrown.</summary>
    public MeetgateException? Error =>
        error ??= GetJson("error") is { } document ? MeetgateException.Told(document.GetRawText()) : null;

    /// <summary>How long it is until the session connects again.</summary>
    public TimeSpan? NextAttempt => GetDuration("next_attempt_ms", isMilliseconds: true);
}
