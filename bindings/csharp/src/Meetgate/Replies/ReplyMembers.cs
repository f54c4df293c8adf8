using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading;

namespace Meetgate;

/// <summary>An object of an answer, read-only. Safe to read from any thread.</summary>
/// <remarks>
/// A property is null where the platform left the member out, and a list is empty. The platforms give some numbers as text and the
/// reverse; both are read. A member that is something else altogether throws <see cref="MeetgateProtocolException"/> when its
/// property is read; <see cref="Json"/> shows it as it came.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class ReplyMembers
{
    /// <summary>The objects and lists that were looked at: each is made once.</summary>
    private Part? parts;

    private protected ReplyMembers()
    {
    }

    /// <summary>All members as they came, secrets and those without a property of their own among them.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public abstract JsonElement Json { get; }

    internal abstract ReplyPath Path { get; }

    /// <summary>The JSON text, as it may be shown and written: without what is secret.</summary>
    internal virtual ReadOnlySpan<byte> Shown(out bool isJson) => SecretMask.Hide(Utf8.Strict.GetBytes(Json.GetRawText()), out isJson);

    /// <summary>The JSON text, but for what is secret.</summary>
    public override string ToString() => Utf8.Text(Shown(out _));

    internal virtual JsonElement? Find(string name) => Member(Json, name);

    internal static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null ? value : null;

    internal string? GetText(string name) => Find(name) is { } value ? Text(value, name) : null;

    internal long? GetInteger(string name) => Find(name) is { } value ? Integer(value, name) : null;

    internal decimal? GetDecimal(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDecimal(out decimal number) => number,
            JsonValueKind.String when decimal.TryParse(
                Text(value, name), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) => number,
            _ => throw Unfit(name, "a number", value),
        };
    }

    /// <summary>Also where the platform says no and yes by 0 and 1.</summary>
    internal bool? GetBoolean(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when value.TryGetInt64(out long number) && number is 0 or 1 => number == 1,
            JsonValueKind.String when bool.TryParse(Text(value, name), out bool flag) => flag,
            JsonValueKind.String when Text(value, name) is "0" or "1" => Text(value, name) == "1",
            _ => throw Unfit(name, "a boolean", value),
        };
    }

    internal DateTimeOffset? GetTime(string name, bool isMilliseconds)
    {
        if (GetInteger(name) is not { } number)
        {
            return null;
        }
        try
        {
            return isMilliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(number) : DateTimeOffset.FromUnixTimeSeconds(number);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Unfit(name, "a time since 1970", Find(name)!.Value);
        }
    }

    internal TimeSpan? GetDuration(string name, bool isMilliseconds)
    {
        long unit = isMilliseconds ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerSecond;
        if (GetInteger(name) is not { } number)
        {
            return null;
        }
        return Math.Abs((decimal)number) <= long.MaxValue / unit
            ? TimeSpan.FromTicks(number * unit)
            : throw Unfit(name, "a duration", Find(name)!.Value);
    }

    /// <summary>Milliseconds with decimals.</summary>
    internal TimeSpan? GetMilliseconds(string name) => GetSpan(name, TimeSpan.TicksPerMillisecond);

    /// <summary>Seconds with decimals.</summary>
    internal TimeSpan? GetSeconds(string name) => GetSpan(name, TimeSpan.TicksPerSecond);

    private TimeSpan? GetSpan(string name, long unit) => GetDecimal(name) is { } number
        ? Math.Abs(number) <= long.MaxValue / unit
            ? TimeSpan.FromTicks((long)(number * unit))
            : throw Unfit(name, "a duration", Find(name)!.Value)
        : null;

    /// <summary>A number of a closed set. One that is not in it stays readable.</summary>
    internal T? GetEnum<T>(string name)
        where T : struct, Enum
    {
        if (GetInteger(name) is not { } number)
        {
            return null;
        }
        return number is >= int.MinValue and <= int.MaxValue
            ? (T)Enum.ToObject(typeof(T), (int)number)
            : throw Unfit(name, "a number of its kind", Find(name)!.Value);
    }

    /// <summary>A word of a closed set.</summary>
    internal T? GetWord<T>(string name, Func<string, T> read)
        where T : struct, Enum => GetText(name) is { } word ? read(word) : null;

    internal JsonElement? GetJson(string name) => Find(name);

    internal IReadOnlyList<string> GetTexts(string name) =>
        List(name, Find(name), (value, path) =>
            ReadText(value, out string flaw) ?? throw MeetgateProtocolException.Unfit(path, flaw));

    internal IReadOnlyList<T> GetItems<T>(string name, Func<JsonElement, ReplyPath, T> make)
        where T : ReplyObject => Items(name, Find(name), make);

    internal T? GetObject<T>(string name, Func<JsonElement, ReplyPath, T> make)
        where T : ReplyObject
    {
        if (Seen<T>(name) is { } seen)
        {
            return seen;
        }
        if (Find(name) is not { } value)
        {
            return null;
        }
        ReplyPath path = Path.Member(name);
        return Keep(name, make(Object(value, path), path));
    }

    /// <summary>An object whose members have names that are not known before.</summary>
    internal IReadOnlyDictionary<string, T> GetMap<T>(string name, Func<JsonElement, ReplyPath, T> make)
        where T : ReplyObject => Map(name, (value, path) => make(Object(value, path), path));

    internal IReadOnlyDictionary<string, long> GetCounts(string name) => Map(name, (value, path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : throw Unfit(path, "a whole number", value));

    private IReadOnlyDictionary<string, T> Map<T>(string name, Func<JsonElement, ReplyPath, T> make)
    {
        if (Seen<IReadOnlyDictionary<string, T>>(name) is { } seen)
        {
            return seen;
        }
        var map = new Dictionary<string, T>();
        if (Find(name) is { } value)
        {
            ReplyPath path = Path.Member(name);
            foreach (JsonProperty member in Object(value, path).EnumerateObject())
            {
                map[member.Name] = make(member.Value, path.Member(member.Name));
            }
        }
        return Keep(name, (IReadOnlyDictionary<string, T>)new ReadOnlyDictionary<string, T>(map));
    }

    private protected IReadOnlyList<T> Items<T>(string name, JsonElement? found, Func<JsonElement, ReplyPath, T> make)
        where T : ReplyObject => List(name, found, (value, path) => make(Object(value, path), path));

    /// <summary>The elements of an array. A server that has nothing to say may write an empty array as an empty object.</summary>
    private IReadOnlyList<T> List<T>(string name, JsonElement? found, Func<JsonElement, ReplyPath, T> make)
    {
        if (Seen<IReadOnlyList<T>>(name) is { } seen)
        {
            return seen;
        }
        if (found is not { } value || IsEmptyObject(value))
        {
            return [];
        }
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Unfit(name, "an array", value);
        }
        ReplyPath path = Path.Member(name);
        var items = new T[value.GetArrayLength()];
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            items[index] = make(item, path.Item(index));
            index++;
        }
        return Keep(name, (IReadOnlyList<T>)Array.AsReadOnly(items));
    }

    /// <summary>An empty object may be written as an empty array, for the same reason.</summary>
    private static JsonElement Object(JsonElement value, ReplyPath path) =>
        value.ValueKind == JsonValueKind.Object || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
            ? value
            : throw Unfit(path, "an object", value);

    private static bool IsEmptyObject(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return false;
        }
        using JsonElement.ObjectEnumerator members = value.EnumerateObject();
        return !members.MoveNext();
    }

    private static MeetgateProtocolException Unfit(ReplyPath path, string wanted, JsonElement found) =>
        MeetgateProtocolException.Unfit(path, Expected(wanted, found));

    private static string Expected(string wanted, JsonElement found) => $"expected {wanted}, found {JsonText.Kind(found)}";

    /// <summary>A text; a number or a boolean as it is written. Null, and why, for what is none.</summary>
    private static string? ReadText(JsonElement value, out string flaw)
    {
        flaw = "";
        if (value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetRawText();
        }
        if (value.ValueKind != JsonValueKind.String)
        {
            flaw = Expected("a text", value);
            return null;
        }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            flaw = "holds half of a surrogate pair, which is no character";
            return null;
        }
    }

    /// <summary>The path of a member is made only for a message.</summary>
    private protected string Text(JsonElement value, string name) =>
        ReadText(value, out string flaw) ?? throw MeetgateProtocolException.Unfit(Path.Member(name), flaw);

    private protected long Integer(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            // 12.0 and 1e3 are whole, too.
            return value.TryGetInt64(out long number) ? number
                : value.TryGetDecimal(out decimal written) && Whole(written) is { } whole ? whole
                : throw Unfit(name, "a whole number of 64 bits", value);
        }
        return value.ValueKind == JsonValueKind.String
            && long.TryParse(Text(value, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out long parsed)
                ? parsed
                : throw Unfit(name, "a whole number", value);
    }

    private static long? Whole(decimal number) =>
        number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue ? (long)number : null;

    private MeetgateProtocolException Unfit(string name, string wanted, JsonElement found) => Unfit(Path.Member(name), wanted, found);

    private T? Seen<T>(string name)
        where T : class
    {
        for (Part? part = Volatile.Read(ref parts); part != null; part = part.Next)
        {
            if (part.Name == name)
            {
                return (T)part.Value;
            }
        }
        return null;
    }

    /// <summary>Two threads may make a part at the same time; both get the one that was kept first.</summary>
    private T Keep<T>(string name, T value)
        where T : class
    {
        while (true)
        {
            Part? first = Volatile.Read(ref parts);
            if (Seen<T>(name) is { } seen)
            {
                return seen;
            }
            if (Interlocked.CompareExchange(ref parts, new Part(name, value, first), first) == first)
            {
                return value;
            }
        }
    }

    private sealed class Part(string name, object value, Part? next)
    {
        internal string Name { get; } = name;

        internal object Value { get; } = value;

        internal Part? Next { get; } = next;
    }
}

/// <summary>An object inside an answer.</summary>
public abstract class ReplyObject : ReplyMembers
{
    private protected ReplyObject(JsonElement json, ReplyPath path)
    {
        Json = json;
        Path = path;
    }

    /// <inheritdoc/>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public override JsonElement Json { get; }

    internal override ReplyPath Path { get; }
}
