using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Arguments that cannot be right, null above all.</summary>
public static class ArgumentTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Every method of every client and group that a program may call, by name.</summary>
    private static IEnumerable<MethodInfo> Methods => typeof(MeetgateClient).Assembly.GetExportedTypes()
        .Where(type => typeof(MeetgateClient).IsAssignableFrom(type) || typeof(OperationGroup).IsAssignableFrom(type))
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(method => !method.IsSpecialName && !method.Name.StartsWith("Dispose", StringComparison.Ordinal));

    [Fact]
    public static void Null_for_what_must_be_there_is_refused_at_once()
    {
        using var server = new Scripted(Scripted.Success);
        using var avd = new AvdClient(baseUrl: server.Url, token: "t");
        using var hst = new HstClient(baseUrl: server.Url, devId: "d", devSecret: "0123456789abcdef");
        using var youme = new YoumeClient(baseUrl: server.Url, appKey: "k", appSecret: "s", restApiKey: "r");
        int tried = 0;
        foreach (object target in Targets(avd).Concat(Targets(hst)).Concat(Targets(youme)))
        {
            foreach (MethodInfo method in Methods.Where(method => method.DeclaringType!.IsInstanceOfType(target)))
            {
                ParameterInfo[] parameters = method.GetParameters();
                foreach (ParameterInfo parameter in parameters.Where(MustBeThere))
                {
                    object?[] arguments = [.. parameters.Select(other => other == parameter ? null : Something(other))];
                    // From asynchronous methods too, and not in a task.
                    var thrown = Assert.Throws<TargetInvocationException>(() => method.Invoke(target, arguments));
                    var problem = Assert.IsType<ArgumentNullException>(thrown.InnerException);
                    Assert.Equal(parameter.Name, problem.ParamName);
                    tried++;
                }
            }
        }
        Assert.True(tried > 250, $"{tried} arguments were tried");
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static void Null_for_what_a_constructor_needs_is_refused()
    {
        int tried = 0;
        foreach (ConstructorInfo constructor in typeof(MeetgateClient).Assembly.GetExportedTypes()
            .Where(type => !type.IsAbstract && !typeof(Exception).IsAssignableFrom(type))
            .SelectMany(type => type.GetConstructors()))
        {
            ParameterInfo[] parameters = constructor.GetParameters();
            foreach (ParameterInfo parameter in parameters.Where(MustBeThere))
            {
                object?[] arguments = [.. parameters.Select(other => other == parameter ? null : Something(other))];
                var thrown = Assert.Throws<TargetInvocationException>(() => constructor.Invoke(arguments));
                var problem = Assert.IsType<ArgumentNullException>(thrown.InnerException);
                Assert.Equal(parameter.Name, problem.ParamName);
                tried++;
            }
        }
        Assert.True(tried > 60, $"{tried} arguments were tried");
    }

    [Fact]
    public static void Null_for_what_static_methods_need_is_refused()
    {
        Null("appId", () => Signing.HstUserToken(null!, "1234567890123456"));
        Null("appSecret", () => Signing.HstUserToken("a", null!));
        Null("appKey", () => Signing.YoumeUserToken(null!, "r", "u"));
        Null("restApiKey", () => Signing.YoumeUserToken("k", null!, "u"));
        Null("userId", () => Signing.YoumeUserToken("k", "r", null!));
        Null("appSecret", () => Signing.YoumeChecksum(null!, "r"));
        Null("restApiKey", () => Signing.YoumeChecksum("s", null!));
        Null("json", () => MeetgateException.FromDocument(null!));
        Null("json", () => JsonInput.FromString(null!));
        Null("json", () => JsonInput.FromJsonObject(null!));
        Null("path", () => UploadFile.FromString(null!));
        Null("name", () => UploadFile.FromBytes(default, null!));
        Null("stream", () => UploadFile.FromStream(null!, "a.png"));
        Null("token", () => ProvidedToken.FromString(null!));
    }

    [Fact]
    public static void A_client_with_a_null_in_it_is_refused_when_it_is_called()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        // Elements are the caller's, and the library judges what it is given.
        var problem = Assert.Throws<MeetgateInvalidArgumentException>(
            () => avd.Room.MixRecord.UpdateLayout("1", videos: [null!], audioUserIds: ["16"]));
        Assert.Contains("videos", problem.Message, StringComparison.Ordinal);
        var second = Assert.Throws<MeetgateInvalidArgumentException>(
            () => avd.Room.MixRecord.UpdateLayout("1", audioUserIds: ["16", null!]));
        Assert.Contains("audio_user_ids", second.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static void Arguments_that_cannot_be_right()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        Refused("room_id", () => avd.Call("avd.room.read"));
        Refused("nothing.like.it", () => avd.Call("avd.nothing.like.it"));
        Refused("surprise", () => avd.Call("avd.room.list", "{\"surprise\":1}"));
        Refused("avd.room.list", () => avd.Call("avd.room.list", "{"));
        Refused("array", () => avd.Call("avd.room.list", "[]"));
        Refused("operation: holds a NUL character at 13", () => avd.Call("avd.room.list\0"));
        Refused("params: holds a NUL character at 2", () => avd.Call("avd.room.list", "{}\0"));
        Refused("request: holds half of a surrogate pair (U+D83D)", () => avd.RawCall("{\"\ud83d\":1}"));
        Refused("operation: holds half of a surrogate pair (U+D83D) at 4", () => avd.Call("avd.\ud83d"));
        Refused(
            "\"room_id\": holds an escape that is no character",
            () => avd.Call("avd.room.read", """{"room_id":"\ud83d"}"""));
        Refused(
            "avd.room.read: parameter \"room_id\": holds half of a surrogate pair",
            () => avd.Room.Read(roomId: "\ud83d"));
        Refused("hst", () => avd.Call("hst.kickout", """{"app_id":"a","user_id":"u"}"""));
        Refused("record_type", () => avd.Room.MixRecord.Get(roomId: "1", recordType: (AvdRecordType)7));
        Assert.Equal(0, server.Count());
    }

    /// <summary>A client, and its groups inwards.</summary>
    private static IEnumerable<object> Targets(object target)
    {
        yield return target;
        foreach (PropertyInfo property in target.GetType().GetProperties()
            .Where(property => typeof(OperationGroup).IsAssignableFrom(property.PropertyType)))
        {
            foreach (object inner in Targets(property.GetValue(target)!))
            {
                yield return inner;
            }
        }
    }

    private static bool MustBeThere(ParameterInfo parameter) => !parameter.ParameterType.IsValueType
        && !parameter.IsOptional
        && Nullability.Create(parameter).WriteState == NullabilityState.NotNull;

    private static object? Something(ParameterInfo parameter) => parameter.ParameterType switch
    {
        _ when parameter.IsOptional && !parameter.ParameterType.IsValueType => null,
        Type type when type.IsValueType => Activator.CreateInstance(type),
        Type type when type == typeof(string) => "1",
        Type type when type == typeof(UploadFile) => UploadFile.FromString("a.png"),
        Type type when type == typeof(System.Text.Json.Nodes.JsonNode) => System.Text.Json.Nodes.JsonValue.Create(1),
        Type type when type == typeof(JsonInput) => JsonInput.FromString("{}"),
        Type type when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>) =>
            Array.CreateInstance(type.GetGenericArguments()[0], 0),
        _ => null,
    };

    private static void Null(string name, Func<object> act) =>
        Assert.Equal(name, Assert.Throws<ArgumentNullException>(act).ParamName);

    private static void Refused(string part, Func<object> act)
    {
        var problem = Assert.Throws<MeetgateInvalidArgumentException>(act);
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, problem.Attempts ?? 0);
    }
}
