using System;
using System.IO;
using System.Text.Json;

namespace Meetgate;

/// <summary>The C library's error document.</summary>
internal sealed class ErrorDocument
{
    private readonly JsonElement json;
    private readonly string? called;

    /// <param name="status">How the call ended.</param>
    /// <param name="text">The document. What is no JSON becomes the message.</param>
    /// <param name="cause">The exception that the program's own code threw inside the call, or null.</param>
    /// <param name="called">The whole name of the operation that was called, for a document that was made before it was known.</param>
    internal ErrorDocument(MeetgateStatus status, string text, Exception? cause = null, string? called = null)
    {
        this.called = called;
        Status = status;
        Text = text;
        Cause = cause;
        try
        {
            json = JsonText.Parse(Utf8.Strict.GetBytes(text)).RootElement;
        }
        catch (JsonException)
        {
            // The status holds all the same.
        }
    }

    internal MeetgateStatus Status { get; }

    /// <summary>The word of a status, as all languages have it: <c>INVALID_ARGUMENT</c> for InvalidArgument.</summary>
    internal string StatusName => WordOf(Status);

    internal string Text { get; }

    internal Exception? Cause { get; }

    internal string Message
    {
        get
        {
            string message = GetText("message") ?? (json.ValueKind == JsonValueKind.Undefined ? Text : StatusName);
            string? operation = WholeName;
            return operation == null || message.Contains(operation) ? message : operation + ": " + message;
        }
    }

    internal string? Platform => GetText("platform") ?? Called(0);

    internal string? Operation => GetText("operation") ?? Called(1);

    /// <summary>As people call it: <c>avd.room.read</c>.</summary>
    internal string? WholeName => Platform == null || Operation == null ? Operation : Platform + "." + Operation;

    internal JsonElement? Reply => ReplyMembers.Member(json, "reply");

    internal bool Retryable => ReplyMembers.Member(json, "retryable") is { ValueKind: JsonValueKind.True };

    internal string? GetText(string name)
    {
        if (ReplyMembers.Member(json, name) is not { ValueKind: JsonValueKind.String } value)
        {
            return null;
        }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, as an escape. Nobody reads an exception in order to meet another one.
            return value.GetRawText().Trim('"');
        }
    }

    /// <summary>A time in this unit; one that is too long for .NET is the longest.</summary>
    internal TimeSpan? GetDuration(string name, long ticksOfUnit) => GetNumber(name) is { } number
        ? TimeSpan.FromTicks(Math.Max(Math.Min(number, long.MaxValue / ticksOfUnit), long.MinValue / ticksOfUnit) * ticksOfUnit)
        : null;

    internal long? GetNumber(string name) =>
        ReplyMembers.Member(json, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number)
            ? number
            : null;

    /// <summary>
    /// The one place that makes a document: for a mistake that only this assembly can see, and for the tests of programs. It has the
    /// members that the C library's own would have.
    /// </summary>
    internal static ErrorDocument Made(
        MeetgateStatus status,
        string? kind,
        string? message = null,
        Exception? cause = null,
        string? operation = null,
        bool isRetryable = false)
    {
        int dot = operation?.IndexOf('.') ?? -1;
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteString("status", WordOf(status));
            writer.WriteString("message", message ?? "the call failed");
            if (dot > 0)
            {
                writer.WriteString("platform", operation.AsSpan(0, dot));
                writer.WriteString("operation", operation.AsSpan(dot + 1));
            }
            if (kind != null)
            {
                writer.WriteString("class", kind);
            }
            writer.WriteBoolean("retryable", isRetryable);
            writer.WriteEndObject();
        }
        return new ErrorDocument(status, Utf8.Strict.GetString(text.GetBuffer(), 0, (int)text.Length), cause);
    }

    private string? Called(int part)
    {
        string[]? parts = called?.Split(['.'], 2);
        return parts?.Length == 2 ? parts[part] : null;
    }

    /// <summary>The status of a word; -1 for one that this version does not know.</summary>
    internal static MeetgateStatus StatusOf(string? word)
    {
        // The numbers are never reused, and begin at 0.
        for (var status = MeetgateStatus.Ok; Enum.IsDefined(typeof(MeetgateStatus), status); status++)
        {
            if (WordOf(status) == word)
            {
                return status;
            }
        }
        return (MeetgateStatus)(-1);
    }

    private static string WordOf(MeetgateStatus status)
    {
        if (!Enum.IsDefined(typeof(MeetgateStatus), status))
        {
            return "UNKNOWN";
        }
        var word = new System.Text.StringBuilder();
        foreach (char letter in status.ToString())
        {
            if (char.IsUpper(letter) && word.Length > 0)
            {
                word.Append('_');
            }
            word.Append(char.ToUpperInvariant(letter));
        }
        return word.ToString();
    }
}
