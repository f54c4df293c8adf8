using System;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>For System.Text.Json: a property that is read from JSON of any shape, and written as three asterisks.</summary>
/// <remarks>Public for the serializers that a program's compiler generates: they could not use it, and would show the secret.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SecretObjectConverter : JsonConverter<JsonNode>
{
    /// <inheritdoc/>
    public override JsonNode? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNode.Parse(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JsonNode value, JsonSerializerOptions options) =>
        Required.NotNull(writer, nameof(writer)).WriteStringValue("***");
}
