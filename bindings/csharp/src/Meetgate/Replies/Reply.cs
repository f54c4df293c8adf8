using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>A platform's answer: its text exactly as it came, and its members.</summary>
[JsonConverter(typeof(ReplyConverter<Reply>))]
public class Reply : ReplyMembers
{
    private readonly Answer answer;
    private JsonDocument? document;
    private ReplyPath? path;

    /// <summary>An answer that a program makes, for its own tests.</summary>
    /// <param name="json">The answer as JSON text.</param>
    public Reply(string json)
        : this(Answer.Made(json))
    {
    }

    internal Reply(Answer answer)
    {
        this.answer = answer;
    }

    /// <summary>The answer exactly as it came, secrets among it.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string RawText => Meetgate.Utf8.Text(answer.Utf8);

    /// <summary>The bytes of <see cref="RawText"/>: UTF-8, exactly as they came.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlyMemory<byte> Utf8 => answer.Utf8;

    /// <inheritdoc/>
    /// <exception cref="MeetgateProtocolException">The answer is not JSON.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public override JsonElement Json
    {
        // Read at the first look; twice at worst, by two threads, and both times to the same.
        get
        {
            try
            {
                return (document ??= JsonText.Parse(answer.Utf8)).RootElement;
            }
            catch (JsonException problem)
            {
                throw MeetgateProtocolException.Unfit(Path, "is not JSON: " + problem.Message);
            }
        }
    }

    internal override ReplyPath Path => path ??= new ReplyPath(answer.Operation);

    internal override ReadOnlySpan<byte> Shown(out bool isJson) => SecretMask.Hide(answer.Utf8, out isJson);
}

/// <summary>An answer of hst. Its members stand in <c>result</c>, or beside it: both are looked at, in this order.</summary>
[JsonConverter(typeof(ReplyConverter<HstReply>))]
public class HstReply : Reply
{
    /// <inheritdoc/>
    public HstReply(string json)
        : base(json)
    {
    }

    internal HstReply(Answer answer)
        : base(answer)
    {
    }

    /// <summary>The platform's number: 0 is success.</summary>
    public long? Code => Member(Json, "code") is { } code ? Integer(code, "code") : null;

    /// <summary>The platform's words.</summary>
    public string? Msg => Member(Json, "msg") is { } msg ? Text(msg, "msg") : null;

    internal override JsonElement? Find(string name) =>
        (Member(Json, "result") is { } result ? Member(result, name) : null) ?? Member(Json, name);

    /// <summary>The rows of a list whose name is not documented: <c>result</c> itself, else the first array inside it.</summary>
    internal IReadOnlyList<T> GetUnnamedItems<T>(Func<JsonElement, ReplyPath, T> make)
        where T : ReplyObject =>
        Items("result", Rows(Member(Json, "result")), make);

    /// <summary>An object that holds something, but no rows, stays one: nobody may take it for the end of the pages.</summary>
    private static JsonElement? Rows(JsonElement? result)
    {
        if (result is { ValueKind: JsonValueKind.Object } members)
        {
            foreach (JsonProperty member in members.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Array)
                {
                    return member.Value;
                }
            }
        }
        return result;
    }
}

/// <summary>An answer of youme.</summary>
[JsonConverter(typeof(ReplyConverter<YoumeReply>))]
public class YoumeReply : Reply
{
    /// <inheritdoc/>
    public YoumeReply(string json)
        : base(json)
    {
    }

    internal YoumeReply(Answer answer)
        : base(answer)
    {
    }

    /// <summary><c>OK</c> or <c>FAIL</c>. <c>Status</c> in the answer.</summary>
    public string? Status => GetText("Status");

    /// <summary>The platform's number: 0 is success. <c>ErrorCode</c> in the answer.</summary>
    public long? Code => GetInteger("ErrorCode");

    /// <summary>The platform's words. <c>ErrorInfo</c> in the answer.</summary>
    public string? Msg => GetText("ErrorInfo");
}

/// <summary>An answer of avd.</summary>
[JsonConverter(typeof(ReplyConverter<AvdReply>))]
public class AvdReply : Reply
{
    /// <inheritdoc/>
    public AvdReply(string json)
        : base(json)
    {
    }

    internal AvdReply(Answer answer)
        : base(answer)
    {
    }

    /// <summary>The platform's number, in most answers: 0 is success.</summary>
    public long? Ret => GetInteger("ret");

    /// <summary>The platform's number in the answers that have it in the place of <see cref="Ret"/>: 0 or 200 is success.</summary>
    public long? Code => GetInteger("code");

    /// <summary>The platform's words.</summary>
    public string? Msg => GetText("msg");
}
