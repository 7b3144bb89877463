from relaxo.report.provenance import names_of


def test_names_begin_below_the_folder_that_holds_all_images():
    paths = ["/home/jo/Mueller_Hans/ir/1.dcm", "/home/jo/Mueller_Hans/ir/2.dcm", "/home/jo/Mueller_Hans/se/1.dcm"]
    assert names_of(paths) == ["ir/1.dcm", "ir/2.dcm", "se/1.dcm"]


def test_of_a_single_file_the_name_is_left():
    assert names_of(["/home/jo/Mueller_Hans/all.nii.gz"]) == ["all.nii.gz"]


def test_what_lies_elsewhere_is_called_by_its_name_alone():
    paths = ["/home/jo/Mueller_Hans/ir/1.dcm"]
    assert names_of(paths, ["/home/jo/Mueller_Hans/notes.txt", "/home/jo/Mueller_Hans/ir/x/y"]) == ["notes.txt", "x/y"]
    assert names_of([], ["/a/b.txt"]) == ["b.txt"]
