/* Uploads a file to an avd server, and says which part of the answer other calls take.
 *
 *   upload AVD_CONFIG FILE */
#include <meetgate.h>

#include <stdio.h>
#include <string.h>

/* Prints the error document of what failed, and frees it. */
static int failed(const char *what, meetgate_status status, char *error) {
  fprintf(stderr, "%s: %s: %s\n", what, meetgate_status_name(status), error);
  meetgate_string_free(error);
  return 1;
}

static int upload(meetgate_client *avd, const char *file) {
  static const char before_path[] = "file=";
  char params[4200];
  char *quoted, *reply, *url;
  const char *path;
  meetgate_status status;
  int length;

  /* A path may hold a quotation mark or a backslash: quote it. */
  status = meetgate_json_quote(file, &quoted);
  if (status != MEETGATE_OK) return failed("the path", status, quoted);
  length = snprintf(params, sizeof params, "{\"file\":%s}", quoted);
  meetgate_string_free(quoted);
  if (length < 0 || (size_t)length >= sizeof params) {
    fprintf(stderr, "the path is too long\n");
    return 1;
  }

  /* The file is read while it is sent: its size costs no memory. */
  status = meetgate_avd_uploadfile(avd, params, &reply);
  if (status != MEETGATE_OK) return failed("upload", status, reply);

  status = meetgate_json_get(reply, "/download_url", &url);
  meetgate_string_free(reply);
  if (status == MEETGATE_ABSENT) {
    fprintf(stderr, "the answer has no download_url\n");
    return 1;
  }
  if (status != MEETGATE_OK) return failed("the answer", status, url);
  printf("download it from %s\n", url);

  /* Watermarks and players take the file's path on the server, which is what follows "file=". */
  path = strstr(url, before_path);
  printf("its path on the server is %s\n", path == NULL ? "not in the answer" : path + sizeof before_path - 1);
  meetgate_string_free(url);
  return 0;
}

int main(int argc, char **argv) {
  meetgate_client *avd;
  meetgate_status status;
  char *error;
  int result;

  if (argc != 3) {
    fprintf(stderr, "usage: upload AVD_CONFIG FILE\n");
    return 2;
  }
  status = meetgate_client_new(argv[1], &avd, &error);
  if (status != MEETGATE_OK) return failed("no client", status, error);
  result = upload(avd, argv[2]);
  meetgate_client_free(avd);
  return result;
}
