using System;
using System.Collections;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meetgate;

/// <summary>
/// The JSON object that goes into a call, in the order of the catalog. A member that is null is left out. What cannot be written
/// fails the call later, and not the one who adds it: an asynchronous call has its failures in its task.
/// </summary>
internal readonly struct Parameters : IEnumerable
{
    /// <summary>Deeper ones than any layout. The C library has a limit of its own, which is lower.</summary>
    private const int Deepest = 500;

    public Parameters()
    {
        Text = ParameterText.Open();
    }

    internal ParameterText Text { get; }

    private Utf8JsonWriter Writer => Text.Writer;

    internal void Add(ReadOnlySpan<byte> name, string? value)
    {
        if (value == null)
        {
            return;
        }
        Writer.WritePropertyName(name);
        if (Utf8.HalfPair(value) is { } flaw)
        {
            Refuse(name, flaw);
            Writer.WriteNullValue();
            return;
        }
        Writer.WriteStringValue(value);
    }

    internal void Add(ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            Writer.WriteNumber(name, number);
        }
    }

    internal void Add(ReadOnlySpan<byte> name, decimal? value)
    {
        if (value is { } number)
        {
            Writer.WriteNumber(name, number);
        }
    }

    internal void Add(ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } flag)
        {
            Writer.WriteBoolean(name, flag);
        }
    }

    internal void Add(ReadOnlySpan<byte> name, JsonNode? value)
    {
        if (value != null)
        {
            Writer.WritePropertyName(name);
            Try(name, writer => Write(writer, value, 0));
        }
    }

    internal void Add(ReadOnlySpan<byte> name, NestedParameters? value)
    {
        if (value != null)
        {
            Parameters self = this;
            Writer.WritePropertyName(name);
            Try(name, _ => self.Nest(value));
        }
    }

    internal void Add(ReadOnlySpan<byte> name, IEnumerable<string?>? values)
    {
        if (values != null)
        {
            Writer.WritePropertyName(name);
            Try(name, writer => WriteArray(writer, values, (_, value) => Write(writer, value, 0)));
        }
    }

    internal void Add(ReadOnlySpan<byte> name, IEnumerable<NestedParameters?>? values)
    {
        if (values != null)
        {
            Parameters self = this;
            Writer.WritePropertyName(name);
            Try(name, writer => WriteArray(writer, values, (_, value) => self.Nest(value)));
        }
    }

    internal void Add(ReadOnlySpan<byte> name, UploadFile? value)
    {
        if (value != null)
        {
            Add(name, value.PathFor(Text));
        }
    }

    /// <summary>Adds the members of a JSON object of the caller's.</summary>
    internal void AddAll(JsonObject members)
    {
        foreach (KeyValuePair<string, JsonNode?> member in members)
        {
            ReadOnlySpan<byte> name = Utf8.HalfPair(member.Key) == null ? Utf8.Strict.GetBytes(member.Key) : "params"u8;
            Try(name, writer =>
            {
                WriteName(writer, member.Key);
                Write(writer, member.Value, 0);
            });
        }
    }

    /// <summary>Only there so that a collection initializer may fill it.</summary>
    IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException();

    private static void WriteArray<T>(Utf8JsonWriter writer, IEnumerable<T> values, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (T value in values)
        {
            write(writer, value);
        }
        writer.WriteEndArray();
    }

    /// <summary>Not by the node's own writing: it puts U+FFFD in the place of half of a surrogate pair.</summary>
    private static void Write(Utf8JsonWriter writer, JsonNode? value, int depth)
    {
        if (depth > Deepest)
        {
            throw new FormatException($"is nested deeper than {Deepest}");
        }
        switch (value)
        {
            case JsonObject members:
                writer.WriteStartObject();
                foreach (KeyValuePair<string, JsonNode?> member in members)
                {
                    WriteName(writer, member.Key);
                    Write(writer, member.Value, depth + 1);
                }
                writer.WriteEndObject();
                break;
            case JsonArray elements:
                writer.WriteStartArray();
                foreach (JsonNode? element in elements)
                {
                    Write(writer, element, depth + 1);
                }
                writer.WriteEndArray();
                break;
            case JsonValue text when text.TryGetValue(out string? characters):
                writer.WriteStringValue(Whole(characters));
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteName(Utf8JsonWriter writer, string name) => writer.WritePropertyName(Whole(name));

    private static string Whole(string text) => Utf8.HalfPair(text) is { } flaw ? throw new FormatException(flaw) : text;

    private void Nest(NestedParameters? value)
    {
        if (value == null)
        {
            Writer.WriteNullValue();
            return;
        }
        ParameterText inner = value.Write().Text;
        inner.Finish();
        if (inner.Problem is { } problem)
        {
            throw problem;
        }
        Writer.WriteRawValue(inner.Bytes, true);
        inner.Return();
    }

    /// <summary>Runs what runs code of the caller's, an enumeration for example, or looks into what the caller made.</summary>
    private void Try(ReadOnlySpan<byte> name, Action<Utf8JsonWriter> write)
    {
        try
        {
            write(Writer);
        }
        catch (FormatException problem)
        {
            Refuse(name, problem.Message);
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or JsonException or NotSupportedException)
        {
            Refuse(name, "cannot be written as JSON: " + problem.Message);
        }
#pragma warning disable CA1031 // It is the caller's own, and the caller gets it.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            Text.Fail(problem);
        }
    }

    private void Refuse(ReadOnlySpan<byte> name, string flaw) => Text.Fail(
        MeetgateException.Refused(MeetgateStatus.InvalidArgument, $"parameter \"{Utf8.Text(name)}\": {flaw}"));
}
