using System;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>For System.Text.Json: a reply is written as the JSON that came, but for what is secret.</summary>
/// <typeparam name="T">The reply's class.</typeparam>
/// <remarks>Public for the serializers that a program's compiler generates: they could not use it, and would write no reply.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ReplyConverter<T> : JsonConverter<T>
    where T : ReplyMembers
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: a reply is made by its constructor.</exception>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException(typeof(T).Name + " is made from JSON text by its constructor.");

    /// <inheritdoc/>
    /// <exception cref="JsonException">The answer is not JSON.</exception>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        Required.NotNull(writer, nameof(writer));
        ReadOnlySpan<byte> shown = Required.NotNull(value, nameof(value)).Shown(out bool isJson);
        if (!isJson)
        {
            throw new JsonException("the answer is not JSON");
        }
        writer.WriteRawValue(shown, true);
    }
}
