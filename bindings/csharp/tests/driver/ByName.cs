using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace Meetgate.Tests
{
    /// <summary>
    /// Calls operations through their generated methods, found by their names, with the members of a JSON object as native
    /// arguments. The names are worked out here once more, apart from the generator.
    /// </summary>
    internal static class ByName
    {
        internal static MeetgateClient Client(string operation, string configJson)
        {
            switch (operation.Split('.')[0])
            {
                case "hst":
                    return new HstClient(configJson);
                case "youme":
                    return new YoumeClient(configJson);
                case "avd":
                    return new AvdClient(configJson);
                default:
                    throw new ArgumentException("no such platform: " + operation);
            }
        }

        internal static Reply Call(MeetgateClient client, string operation, string parametersJson) =>
            (Reply)Invoke(client, operation, "", parametersJson);

        internal static Reply CallAsync(MeetgateClient client, string operation, string parametersJson)
        {
            var running = (Task)Invoke(client, operation, "Async", parametersJson);
            running.GetAwaiter().GetResult();
            return (Reply)running.GetType().GetProperty("Result").GetValue(running, null);
        }

        internal static string Pascal(string name) =>
            string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

        private static object Invoke(MeetgateClient client, string operation, string suffix, string parametersJson)
        {
            string[] path = operation.Split('.');
            object target = client;
            foreach (string group in path.Skip(1).Take(path.Length - 2))
            {
                target = target.GetType().GetProperty(Pascal(group)).GetValue(target, null);
            }
            MethodInfo method = target.GetType().GetMethod(Pascal(path[path.Length - 1]) + suffix);
            if (method == null)
            {
                throw new ArgumentException("no method for " + operation);
            }
            Dictionary<string, JsonValue> given = JsonValue.Parse(parametersJson).Members
                .ToDictionary(member => Camel(member.Key), member => member.Value);
            object[] arguments = method.GetParameters().Select(parameter => Argument(parameter, given)).ToArray();
            if (given.Count > 0)
            {
                throw new ArgumentException(operation + " has no argument " + string.Join(", ", given.Keys));
            }
            try
            {
                return method.Invoke(target, arguments);
            }
            catch (TargetInvocationException problem)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(problem.InnerException).Throw();
                throw;
            }
        }

        private static object Argument(ParameterInfo parameter, Dictionary<string, JsonValue> given)
        {
            JsonValue value;
            if (given.TryGetValue(parameter.Name, out value))
            {
                given.Remove(parameter.Name);
                return Convert(value, parameter.ParameterType);
            }
            if (!parameter.IsOptional)
            {
                throw new ArgumentException("the argument " + parameter.Name + " is missing");
            }
            // A default structure, such as CancellationToken's, comes back as null.
            return parameter.ParameterType.IsValueType && parameter.DefaultValue == null
                ? Activator.CreateInstance(parameter.ParameterType)
                : parameter.DefaultValue;
        }

        private static string Camel(string name)
        {
            string pascal = Pascal(name);
            return char.ToLowerInvariant(pascal[0]) + pascal.Substring(1);
        }

        private static object Convert(JsonValue value, Type type)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (type == typeof(JsonValue))
            {
                return value;
            }
            if (type == typeof(string) && value.Kind == JsonKind.String)
            {
                return value.AsText();
            }
            if (type == typeof(long) && value.Kind == JsonKind.Number)
            {
                return value.AsInteger();
            }
            if (type == typeof(decimal) && value.Kind == JsonKind.Number)
            {
                return value.AsDecimal();
            }
            if (type == typeof(bool) && value.Kind == JsonKind.Boolean)
            {
                return value.AsBoolean();
            }
            if (type.IsGenericType && value.Kind == JsonKind.Array)
            {
                Type item = type.GetGenericArguments()[0];
                Array items = Array.CreateInstance(item, value.Count);
                for (int i = 0; i < value.Count; i++)
                {
                    items.SetValue(Convert(value[i], item), i);
                }
                return items;
            }
            if (typeof(NestedParameters).IsAssignableFrom(type) && value.Kind == JsonKind.Object)
            {
                object nested = Activator.CreateInstance(type);
                foreach (KeyValuePair<string, JsonValue> member in value.Members)
                {
                    PropertyInfo property = type.GetProperty(Pascal(member.Key));
                    if (property == null)
                    {
                        throw new ArgumentException(type.Name + " has no member " + member.Key);
                    }
                    property.SetValue(nested, Convert(member.Value, property.PropertyType), null);
                }
                return nested;
            }
            throw new ArgumentException("a " + type.Name + " cannot be made of " + value);
        }
    }
}
