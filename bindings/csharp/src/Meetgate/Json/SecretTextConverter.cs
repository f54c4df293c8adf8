using System;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>For System.Text.Json: a property that is read from JSON, and written as three asterisks.</summary>
internal sealed class SecretTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue("***");
}
