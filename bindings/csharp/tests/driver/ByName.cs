using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace Meetgate.Tests;

/// <summary>
/// Calls operations through their generated methods, found by their names, with the members of a JSON object as native
/// arguments.
/// The names are worked out here once more, apart from the generator.
/// </summary>
internal static class ByName
{
    internal static MeetgateClient Client(string operation, string configJson) => operation.Split('.')[0] switch
    {
        "hst" => new HstClient(configJson),
        "youme" => new YoumeClient(configJson),
        "avd" => new AvdClient(configJson),
        _ => throw new ArgumentException("no such platform: " + operation),
    };

    internal static Reply Call(MeetgateClient client, string operation, string parametersJson) =>
        (Reply)Invoke(client, operation, "", method => Arguments(method, parametersJson))!;

    internal static Reply CallAsync(MeetgateClient client, string operation, string parametersJson) =>
        Awaited(Invoke(client, operation, "Async", method => Arguments(method, parametersJson)));

    /// <summary>By the method that takes all parameters as one object; null where there is none.</summary>
    internal static Reply? Request(MeetgateClient client, string operation, string parametersJson) =>
        (Reply?)Invoke(client, operation, "", method => RequestArguments(method, parametersJson), isRequest: true);

    internal static Reply? RequestAsync(MeetgateClient client, string operation, string parametersJson) =>
        Invoke(
            client, operation, "Async", method => RequestArguments(method, parametersJson), isRequest: true) is { } task
            ? Awaited(task)
            : null;

    internal static string Pascal(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

    private static Reply Awaited(object? task)
    {
        ((Task)task!).GetAwaiter().GetResult();
        return (Reply)task.GetType().GetProperty("Result")!.GetValue(task)!;
    }

    private static object? Invoke(
        MeetgateClient client,
        string operation,
        string suffix,
        Func<MethodInfo, object?[]> arguments,
        bool isRequest = false)
    {
        string[] path = operation.Split('.');
        object target = client;
        foreach (string group in path.Skip(1).Take(path.Length - 2))
        {
            target = target.GetType().GetProperty(Pascal(group))!.GetValue(target)!;
        }
        string name = Pascal(path[path.Length - 1]) + suffix;
        MethodInfo? method = target.GetType().GetMethods().SingleOrDefault(
            known => known.Name == name && isRequest == known.GetParameters().Any(one => one.Name == "request"));
        if (method == null)
        {
            return isRequest ? null : throw new ArgumentException("no method for " + operation);
        }
        try
        {
            return method.Invoke(target, arguments(method));
        }
        catch (TargetInvocationException problem)
        {
            ExceptionDispatchInfo.Capture(problem.InnerException!).Throw();
            throw;
        }
    }

    private static object?[] Arguments(MethodBase method, string parametersJson)
    {
        Dictionary<string, JsonElement> given = Members(parametersJson, Camel);
        object?[] arguments = [.. method.GetParameters().Select(parameter => Argument(parameter, given))];
        return given.Count == 0
            ? arguments
            : throw new ArgumentException(method.Name + " has no argument " + string.Join(", ", given.Keys));
    }

    private static object?[] RequestArguments(MethodInfo method, string parametersJson)
    {
        ParameterInfo[] parameters = method.GetParameters();
        Type type = parameters[0].ParameterType;
        Dictionary<string, JsonElement> given = Members(parametersJson, Camel);
        // What must be given is an argument of the constructor, and all the rest is a property.
        ConstructorInfo constructor = type.GetConstructors().Single();
        object request = constructor.Invoke(
            [.. constructor.GetParameters().Select(parameter => Argument(parameter, given))]);
        foreach (KeyValuePair<string, JsonElement> member in given)
        {
            Set(request, Pascal(member.Key), member.Value);
        }
        return [request, .. parameters.Skip(1).Select(Default)];
    }

    private static Dictionary<string, JsonElement> Members(string json, Func<string, string> name) =>
        JsonDocument.Parse(json).RootElement.EnumerateObject().ToDictionary(
            member => name(member.Name), member => member.Value);

    private static object? Argument(ParameterInfo parameter, Dictionary<string, JsonElement> given)
    {
        if (given.TryGetValue(parameter.Name!, out JsonElement value))
        {
            given.Remove(parameter.Name!);
            return Convert(value, parameter.ParameterType);
        }
        return parameter.IsOptional
            ? Default(parameter)
            : throw new ArgumentException("the argument " + parameter.Name + " is missing");
    }

    /// <summary>A default structure, such as CancellationToken's, comes back as null.</summary>
    private static object? Default(ParameterInfo parameter) =>
        parameter.ParameterType.IsValueType && parameter.DefaultValue == null
            ? Activator.CreateInstance(parameter.ParameterType)
            : parameter.DefaultValue;

    private static void Set(object target, string name, JsonElement value)
    {
        PropertyInfo property = target.GetType().GetProperty(name)
            ?? throw new ArgumentException(target.GetType().Name + " has no member " + name);
        property.SetValue(target, Convert(value, property.PropertyType));
    }

    private static string Camel(string name)
    {
        string pascal = Pascal(name);
        return char.ToLowerInvariant(pascal[0]) + pascal.Substring(1);
    }

    private static object? Convert(JsonElement value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(JsonNode))
        {
            return JsonNode.Parse(value.GetRawText());
        }
        if (type == typeof(DateTimeOffset))
        {
            return Time(long.Parse(value.ToString(), CultureInfo.InvariantCulture));
        }
        if (type.IsEnum)
        {
            return value.ValueKind == JsonValueKind.Number
                ? Enum.ToObject(type, value.GetInt32())
                : Enum.Parse(type, value.GetString()!.Replace("_", ""), true);
        }
        switch (value.ValueKind)
        {
            case JsonValueKind.String when type == typeof(string):
                return value.GetString();
            case JsonValueKind.String when type == typeof(UploadFile):
                return UploadFile.FromString(value.GetString()!);
            case JsonValueKind.Number when type == typeof(long):
                return value.GetInt64();
            case JsonValueKind.Number when type == typeof(decimal):
                return value.GetDecimal();
            case JsonValueKind.True or JsonValueKind.False when type == typeof(bool):
                return value.GetBoolean();
            case JsonValueKind.Array when type.IsGenericType:
                return Items(value, type.GetGenericArguments()[0]);
            case JsonValueKind.Object when typeof(NestedParameters).IsAssignableFrom(type):
                object nested = Activator.CreateInstance(type)!;
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    Set(nested, Pascal(member.Name), member.Value);
                }
                return nested;
            default:
                throw new ArgumentException("a " + type.Name + " cannot be made of " + value);
        }
    }

    private static Array Items(JsonElement values, Type type)
    {
        Array items = Array.CreateInstance(type, values.GetArrayLength());
        for (int i = 0; i < items.Length; i++)
        {
            items.SetValue(Convert(values[i], type), i);
        }
        return items;
    }

    /// <summary>The platforms count in seconds or in milliseconds, and no example is from before 1973.</summary>
    internal static DateTimeOffset Time(long number) => number >= 100_000_000_000
        ? DateTimeOffset.FromUnixTimeMilliseconds(number)
        : DateTimeOffset.FromUnixTimeSeconds(number);
}
